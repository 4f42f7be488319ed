/** A voice's nets in ONNX form, with a report on how they compare with this program. */
import { basename, join } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { configOf } from '../checkpoint/config-of';
import { UserError } from '../config/errors';
import { loadEngine } from '../engine/backend';
import { requireComplete } from '../inference/load-voice';
import { exportDenoiser } from '../onnx-export/denoiser';
import { type NetParity, parityText } from '../onnx-export/parity';
import { exportVocoder } from '../onnx-export/vocoder';
import { writeFileAtomic } from '../storage/atomic-file';
import { type NsfFiles, readNsfFiles } from './nsf-vocoder';
import { requireOwnVocoder } from './public-vocoder';
import type { Session } from './session';

/** A voice to export. */
export interface OnnxSource {
  readonly checkpoint: Checkpoint;
  /** of the .ckpt */
  readonly path: string;
  /** folder or weights of NSF-HiFiGAN */
  readonly vocoder?: string;
}

/** What was written. */
export interface OnnxFiles {
  readonly files: readonly string[];
  readonly parity: readonly NetParity[];
  /** the report for people */
  readonly text: string;
}

/**
 * Writes `denoiser.onnx`, with `vocoder` also `vocoder.onnx`, and `parity.json` and `parity.txt` into the folder `out`.
 * @throws UserError `export-no-config`, `vocoder-not-exported`, `other-architecture`; `onnx-differs` when a net that was
 *   written does not compute what this program does (files and report stay, to be looked at); those of `readNsfFiles`
 */
export async function exportOnnx(
  source: OnnxSource,
  out: string,
  { notice }: Pick<Session, 'notice'>,
): Promise<OnnxFiles> {
  const vocoder = source.vocoder === undefined ? null : await ownVocoder(source.vocoder);
  const { checkpoint, path } = source;
  const config = await configOf(checkpoint, path, notice);
  if (config === null) {
    throw new UserError(
      'export-no-config',
      `Expected a config.yaml beside ${path}, which another program wrote without its configuration in it`,
      'Put the config.yaml that the voice was trained with into the same folder.',
    );
  }
  requireComplete(checkpoint, config, path);
  if (vocoder === null && config.features.vocoder === 'nsf-hifigan') {
    notice(
      'This voice sings with NSF-HiFiGAN, which is not exported: the public releases forbid it; `--vocoder` names one of your own.',
    );
  }
  await loadEngine();
  const denoiserPath = join(out, 'denoiser.onnx');
  const { weights, step, extra } = checkpoint;
  const encoderId = extra?.encoderId ?? config.features.encoder;
  const parity = [await exportDenoiser({ config, weights, step, encoderId }, denoiserPath)];
  const vocoderPath = join(out, 'vocoder.onnx');
  if (vocoder !== null) parity.push(await exportVocoder(vocoder, vocoderPath));
  const report = await writeReport(
    parity,
    { voice: basename(path), vocoder: { name: config.features.vocoder, sha256: vocoder?.sha256 ?? null } },
    out,
  );
  const nets = vocoder === null ? [denoiserPath] : [denoiserPath, vocoderPath];
  return { files: [...nets, ...report.files], parity, text: report.text };
}

async function ownVocoder(path: string): Promise<NsfFiles> {
  const files = readNsfFiles(path);
  await requireOwnVocoder(files.sha256, files.path);
  return files;
}

async function writeReport(
  parity: readonly NetParity[],
  made: { readonly voice: string; readonly vocoder: { name: string; sha256: string | null } },
  out: string,
): Promise<{ readonly files: readonly string[]; readonly text: string }> {
  const text = parityText(parity);
  const files = [join(out, 'parity.json'), join(out, 'parity.txt')] as const;
  const json = { ...made, nets: parity };
  await writeFileAtomic(files[0], Buffer.from(`${JSON.stringify(json, null, 2)}\n`));
  await writeFileAtomic(files[1], Buffer.from(`${text}\n`));
  if (parity.some(({ passed }) => passed === false)) {
    throw new UserError(
      'onnx-differs',
      `Expected the exported nets to compute what this program does, but:\n${text}`,
      `Do not use them. Please report this with ${files[0]}.`,
    );
  }
  return { files, text };
}
