/** From a checkpoint file to a voice that can sing. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PitchEstimator } from '../audio/pitch-estimator';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { configOf } from '../checkpoint/config-of';
import { newestGoodCheckpoint } from '../checkpoint/find';
import { readCheckpoint } from '../checkpoint/read';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import type { Config } from '../config/schema';
import type { ContentEncoder } from '../encoder/content-encoder';
import { createRetrieval } from '../encoder/retrieval';
import { parameterSpecs } from '../model/parameters';
import type { Vocoder } from '../vocoder/vocoder';
import { requireRememberedParts } from './remembered-parts';
import type { MelSampler, UnitRetrieval, Voice } from './voice';

/** The parts that a configuration names. */
export interface VoiceParts {
  readonly config: Config;
  readonly encoder: ContentEncoder;
  readonly pitch: PitchEstimator;
  readonly vocoder: Vocoder;
  /** those that a person named instead of the voice's own; default: none */
  readonly chosen?: readonly ('pitch' | 'vocoder')[];
}

/** How a voice is loaded. */
export interface LoadVoiceOptions {
  /** turns the configuration of the checkpoint into parts; may change its inference section */
  readonly partsOf: (config: Config) => VoiceParts;
  /** puts the model onto the device */
  readonly createSampler: (config: Config, weights: Checkpoint['weights']) => MelSampler;
  readonly notice: OnNotice;
}

/**
 * Loads a voice from a .ckpt, or from the newest good one of a folder: ours, or one of Diff-SVC with its config.yaml beside
 * it, which sings with units of HuBERT-soft and keeps the reference's ways (`compat`). Mel range and noise schedule are
 * those of the file, whatever a configuration says.
 * @throws UserError `no-checkpoint`, `no-voice-data`, `other-encoder`, `other-architecture`,
 *   `other-schedule`, those of `readCheckpoint`, `configOf`, `partsOf` and `requireRememberedParts`
 */
export async function loadVoice(path: string, options: LoadVoiceOptions): Promise<Voice> {
  const file = await checkpointAt(path, options.notice);
  const checkpoint = await readCheckpoint(file);
  const { extra } = checkpoint;
  const config = await configOf(checkpoint, file, options.notice);
  if (config === null) throw noVoiceData(file, 'no config.yaml lies beside it', withConfig);
  if (extra === null && !config.features.encoder.startsWith('hubert-soft')) {
    // a voice of ours that was exported for the Python program, which has no place for the rest
    const { encoder } = config.features;
    throw noVoiceData(file, `its config.yaml names ${encoder}, whose profile is not in it`, withVoiceData);
  }
  const parts = options.partsOf(config);
  requireFittingUnits(parts, file);
  if (extra !== null) requireRememberedParts(extra, parts, file, options.notice);
  requireComplete(checkpoint, parts.config, file);
  return {
    ...parts,
    profile: extra?.profile ?? { encoder: parts.encoder.id, values: {} },
    retrieval: retrievalOf(extra?.retrieval ?? null, parts.config.features.retrievalNeighbours),
    sampler: options.createSampler(parts.config, checkpoint.weights),
  };
}

const withConfig = 'Put the config.yaml that the voice was trained with into the same folder.';
const withVoiceData = 'Take the .ckpt that this program saved, or a slim export of it.';

function noVoiceData(file: string, why: string, remedy: string): UserError {
  return new UserError(
    'no-voice-data',
    `Expected a checkpoint with its voice data in ${file}, but it was written for the Python Diff-SVC and ${why}`,
    remedy,
  );
}

/** @throws UserError `other-encoder` */
function requireFittingUnits({ encoder, config }: VoiceParts, file: string): void {
  if (encoder.unitSize <= config.model.hiddenSize) return;
  throw new UserError(
    'other-encoder',
    `Expected units of at most ${config.model.hiddenSize} values, which ${file} takes, but ${encoder.id} makes ${encoder.unitSize}`,
    'Use the encoder that the voice was trained with.',
  );
}

/**
 * The .ckpt that `path` stands for: the file, the newest good one of a folder, or the only one there is (as people pass
 * voices on). @throws UserError `no-checkpoint`
 */
export async function checkpointAt(path: string, notice: OnNotice): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return path;
  const newest = found?.isDirectory()
    ? await newestGoodCheckpoint(path, {
        onTorn: (torn, error) => notice(`Left out ${torn}: ${error.message}`),
      })
    : null;
  if (newest) return newest.path;
  const named = found?.isDirectory() ? (await readdir(path)).filter(isOtherCheckpoint) : [];
  if (named.length === 1) return join(path, named[0]!);
  throw new UserError(
    'no-checkpoint',
    `Expected a .ckpt file or a folder with model_ckpt_steps_N.ckpt at ${path}${named.length > 1 ? `, found ${named.join(', ')}` : ''}`,
    named.length > 1 ? 'Name one of them.' : 'Train a voice first (diff-svc train), or check the path.',
  );
}

/** Not one of those that were looked at already. */
function isOtherCheckpoint(name: string): boolean {
  return name.endsWith('.ckpt') && !/^model_ckpt_steps_\d+\.ckpt$/.test(name);
}

/** Retrieval of `k` neighbours among a voice's own frames; null where it has none, or `k` is 0. */
export function retrievalOf(
  frames: Parameters<typeof createRetrieval>[0] | null,
  k: number,
): UnitRetrieval | null {
  return frames === null || k === 0 ? null : createRetrieval(frames, { k });
}

/**
 * Everything that is used must be there in its shape: weights, mel range, noise schedule.
 * @throws UserError `other-architecture`, `other-schedule`
 */
export function requireComplete(
  { weights }: Pick<Checkpoint, 'weights'>,
  { model }: Config,
  file: string,
): void {
  const remedy =
    'The file does not fit its configuration; it is damaged, or the config.yaml is of another voice.';
  const fail = (what: string, found: string): never => {
    throw new UserError('other-architecture', `Expected ${what} in ${file}, found ${found}`, remedy);
  };
  for (const { name, shape, trained } of parameterSpecs(model)) {
    const found = weights.get(name)?.shape;
    if (!trained || found?.join() === shape.join()) continue;
    fail(`${name} to be [${shape.join(', ')}]`, found ? `[${found.join(', ')}]` : 'none');
  }
  for (const name of ['spec_min', 'spec_max']) {
    const values = weights.get(name)?.data.length ?? 0;
    if (![1, model.melBins].includes(values)) fail(`1 or ${model.melBins} values of ${name}`, String(values));
  }
  const steps = weights.get('betas')?.data.length ?? 0;
  if (steps === model.timesteps) return;
  throw new UserError(
    'other-schedule',
    `Expected a noise schedule of ${model.timesteps} steps in ${file}, as its configuration says, found ${steps}`,
    remedy,
  );
}
