/** From a checkpoint file to a voice that can sing. */
import { stat } from 'node:fs/promises';
import type { PitchEstimator } from '../audio/pitch-estimator';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { newestGoodCheckpoint } from '../checkpoint/find';
import { readCheckpoint } from '../checkpoint/read';
import { UserError } from '../config/errors';
import { parseConfig } from '../config/load';
import type { OnNotice } from '../config/progress';
import type { Config } from '../config/schema';
import type { ContentEncoder } from '../encoder/content-encoder';
import { createRetrieval } from '../encoder/retrieval';
import { parameterSpecs } from '../model/parameters';
import type { Vocoder } from '../vocoder/vocoder';
import type { MelSampler, UnitRetrieval, Voice } from './voice';

/** The parts that a configuration names. */
export interface VoiceParts {
  readonly config: Config;
  readonly encoder: ContentEncoder;
  readonly pitch: PitchEstimator;
  readonly vocoder: Vocoder;
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
 * Loads a voice from a .ckpt, or from the newest good one of a folder.
 * @throws UserError `no-checkpoint`, `no-voice-data`, `other-encoder`, `other-architecture`, those of `readCheckpoint`
 */
export async function loadVoice(path: string, options: LoadVoiceOptions): Promise<Voice> {
  const file = await checkpointAt(path, options.notice);
  const checkpoint = await readCheckpoint(file);
  const { extra } = checkpoint;
  if (extra === null) {
    throw new UserError(
      'no-voice-data',
      `Expected a checkpoint with its voice data in ${file}, but it was written by another program`,
      'Voices of the Python Diff-SVC need its HuBERT and vocoder weights; use one trained here.',
    );
  }
  const parts = options.partsOf(parseConfig(JSON.parse(extra.config), file));
  if (parts.encoder.id !== extra.encoderId) {
    throw new UserError(
      'other-encoder',
      `Expected units of ${extra.encoderId}, which ${file} was trained with, but this program makes ${parts.encoder.id}`,
      'Train the voice again, or use the version of diff-svc that made it.',
    );
  }
  requireComplete(checkpoint, parts.config, file);
  return {
    ...parts,
    profile: extra.profile,
    retrieval: retrievalOf(extra.retrieval, parts.config.features.retrievalNeighbours),
    sampler: options.createSampler(parts.config, checkpoint.weights),
  };
}

/** The .ckpt that `path` stands for. @throws UserError `no-checkpoint` */
export async function checkpointAt(path: string, notice: OnNotice): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return path;
  const newest = found?.isDirectory()
    ? await newestGoodCheckpoint(path, {
        onTorn: (torn, error) => notice(`Left out ${torn}: ${error.message}`),
      })
    : null;
  if (newest) return newest.path;
  throw new UserError(
    'no-checkpoint',
    `Expected a .ckpt file or a folder with model_ckpt_steps_N.ckpt at ${path}`,
    'Train a voice first (diff-svc train), or check the path.',
  );
}

function retrievalOf(frames: Parameters<typeof createRetrieval>[0] | null, k: number): UnitRetrieval | null {
  return frames === null || k === 0 ? null : createRetrieval(frames, { k });
}

function requireComplete(checkpoint: Checkpoint, config: Config, file: string): void {
  for (const spec of parameterSpecs(config.model)) {
    const shape = checkpoint.weights.get(spec.name)?.shape;
    if (spec.trained && shape?.join() !== spec.shape.join()) {
      throw new UserError(
        'other-architecture',
        `Expected ${spec.name} to be [${spec.shape.join(', ')}] in ${file}, found ${shape ? `[${shape.join(', ')}]` : 'none'}`,
        'The file does not fit its own configuration; it is damaged or was put together by hand.',
      );
    }
  }
}
