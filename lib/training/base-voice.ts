/**
 * A voice that somebody trained as the starting point of another (`pretrain_model_select`): its weights, but neither its
 * optimiser nor its range of mel values, which would silently normalise the new data by the donor's (spec k.2).
 */
import type { Checkpoint } from '../checkpoint/checkpoint';
import { readCheckpoint } from '../checkpoint/read';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import type { Config } from '../config/schema';
import { initialWeights } from '../model/initial-weights';
import { type HostTensor, parameterSpecs } from '../model/parameters';
import { requireHubert, requireSameArchitecture, requireSameModel } from './same-model';

/** Learning rate that the known notebooks train with from a base voice. */
export const baseVoiceLearningRate = 5e-5;

/** What the base voice has to agree with. */
export interface BaseVoiceRules {
  /** with the range of the new data in `model` */
  readonly config: Config;
  readonly encoderId: string;
  readonly notice: OnNotice;
}

/** float32 rounding of a schedule that was computed by another program */
const scheduleTolerance = 1e-5;

/**
 * Step 0 of a new run with the weights of the .ckpt at `path`.
 * @throws UserError `other-architecture`, `other-encoder`, `other-schedule`, those of `readCheckpoint`
 */
export async function loadBaseVoice(path: string, rules: BaseVoiceRules): Promise<Checkpoint> {
  const { config, encoderId, notice } = rules;
  const base = await readCheckpoint(path);
  requireSameModel(base, config.model, path);
  requireSameArchitecture(base, config.model, path);
  requireSameEncoder(base, encoderId, path);
  const fresh = initialWeights(config.model, config.training.seed);
  requireSameSchedule(base, fresh, path);
  notice(`Begins with the weights of ${path} (step ${base.step}).${unusedText(base, fresh)}`);
  const specs = parameterSpecs(config.model).filter(({ trained }) => trained);
  for (const { name } of specs) fresh.set(name, base.weights.get(name)!);
  return { step: 0, epoch: 0, weights: fresh, optimizer: null, extra: null };
}

function requireSameEncoder(base: Checkpoint, encoderId: string, path: string): void {
  if (base.extra === null) {
    requireHubert(encoderId, path);
    return;
  }
  if (base.extra.encoderId === encoderId) return;
  throw new UserError(
    'other-encoder',
    `Expected a base voice that was trained with units of ${encoderId}, ${path} was trained with ${base.extra.encoderId}`,
    'Set features.encoder to the encoder of the base voice, or train without one.',
  );
}

/** Betas tell whether noise means the same in both (`max_beta` is 0.02 or 0.01, spec k.1). */
function requireSameSchedule(base: Checkpoint, fresh: ReadonlyMap<string, HostTensor>, path: string): void {
  const [there, here] = [base.weights.get('betas')?.data, fresh.get('betas')!.data];
  const same =
    there?.length === here.length && here.every((beta, i) => Math.abs(beta - there[i]!) < scheduleTolerance);
  if (same) return;
  const text = (betas: Float32Array | undefined): string =>
    betas === undefined ? 'no betas' : `${betas.length} betas up to ${betas.at(-1)?.toPrecision(3)}`;
  throw new UserError(
    'other-schedule',
    `Expected the noise schedule of the configuration (${text(here)}) in ${path}, got ${text(there)}`,
    'Set model.timesteps and model.maxBeta to those of the base voice.',
  );
}

/** Weights of the file that this model has no use for, by their first names. */
function unusedText(base: Checkpoint, fresh: ReadonlyMap<string, HostTensor>): string {
  const unused = [...base.weights.keys()].filter((name) => !fresh.has(name));
  if (unused.length === 0) return '';
  const groups = new Set(unused.map((name) => name.split('.').slice(0, 2).join('.')));
  return ` Not used: ${[...groups].join(', ')} (${unused.length} tensors).`;
}
