/** A trained voice in the forms that other programs, or people who only sing with it, want. */
import { join } from 'node:path';
import { UserError } from '../config/errors';
import { parseConfig } from '../config/load';
import { toReferenceYaml } from '../config/reference-keys';
import { writeFileAtomic } from '../storage/atomic-file';
import { encodeSafetensors, floatTensor } from '../storage/safetensors';
import type { Checkpoint } from './checkpoint';
import { writeCheckpoint } from './write';

/**
 * `slim`: a .ckpt for conversion here, without the optimiser (a third of the size); `diff-svc`: the folder that the Python
 * Diff-SVC expects, a .ckpt without anything of ours and config.yaml; `safetensors`: the weights by name.
 */
export const exportFormats = ['slim', 'diff-svc', 'safetensors'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * Writes `checkpoint` into the folder `out`.
 * @param source what errors call the checkpoint
 * @returns paths of the files
 * @throws UserError `export-no-config` for `diff-svc` without our configuration in the file; those of `writeFileAtomic`
 */
export async function exportCheckpoint(
  checkpoint: Checkpoint,
  format: ExportFormat,
  out: string,
  source: string,
): Promise<string[]> {
  const name = `model_ckpt_steps_${checkpoint.step}`;
  if (format === 'safetensors') return [await writeWeights(checkpoint, join(out, `${name}.safetensors`))];
  const path = join(out, `${name}.ckpt`);
  if (format === 'slim') {
    await writeCheckpoint(path, { ...checkpoint, optimizer: null });
    return [path];
  }
  const yaml = configYaml(checkpoint, source);
  await writeCheckpoint(path, { ...checkpoint, optimizer: null, extra: null });
  await writeFileAtomic(join(out, 'config.yaml'), Buffer.from(yaml));
  return [path, join(out, 'config.yaml')];
}

async function writeWeights(checkpoint: Checkpoint, path: string): Promise<string> {
  const tensors = [...checkpoint.weights].map(
    ([name, { shape, data }]) => [name, floatTensor(shape, data)] as const,
  );
  const metadata = {
    format: 'pt',
    step: String(checkpoint.step),
    ...(checkpoint.extra === null
      ? {}
      : { encoder: checkpoint.extra.encoderId, config: checkpoint.extra.config }),
  };
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
  return path;
}

function configYaml({ extra }: Checkpoint, source: string): string {
  if (extra !== null) return toReferenceYaml(parseConfig(JSON.parse(extra.config), source));
  throw new UserError(
    'export-no-config',
    `Expected ${source} to hold its configuration, but another program wrote it`,
    'It is in the layout of Diff-SVC already: copy it together with its config.yaml.',
  );
}
