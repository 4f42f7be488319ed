/** How a voice in training sounds: after a save it sings the beginning of a clip that it never learns from. */
import { readFile } from 'node:fs/promises';
import type { Audio, FrameMatrix } from '../audio/audio';
import { melSpectrogram } from '../audio/mel';
import { decodeWav } from '../audio/wav';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { mergeConfig } from '../config/load';
import { parseConfig } from '../config/parse';
import { clipPath, readDataset } from '../data/dataset-file';
import type { PreprocessedDataset } from '../data/preprocess';
import { convert } from '../inference/convert';
import { retrievalOf } from '../inference/load-voice';
import { createMelSampler } from '../inference/mel-sampler';
import type { Voice } from '../inference/voice';
import { partsOf } from './parts';
import type { Session } from './session';

/** One sound and its mel as the model hears it, log10 units [T, M]. */
export interface PreviewSound {
  readonly audio: Audio;
  readonly mel: FrameMatrix;
}

/** A held-out clip as it was recorded, and as the voice sings it after `step` updates. */
export interface Preview {
  readonly step: number;
  /** name of the clip */
  readonly clip: string;
  readonly target: PreviewSound;
  readonly sung: PreviewSound;
}

/** Takes previews. */
export type OnPreview = (preview: Preview) => void;

/** Long enough to hear a phrase, short enough to cost seconds. */
const previewSeconds = 5;
/** every how many of the diffusion's steps are visited: coarser than a conversion, five times as fast */
const previewSpeedup = 50;

/**
 * Makes what `TrainOptions.onSaved` takes. A preview that fails is told of once and never stops the training; an
 * interrupted one is left out.
 * @param dir dataset folder, @returns undefined where no clip is held out
 */
export function openPreview(
  dir: string,
  { validation }: PreprocessedDataset,
  onPreview: OnPreview,
  { notice, signal }: Session,
): ((checkpoint: Checkpoint) => Promise<void>) | undefined {
  const name = validation[0]?.name;
  if (name === undefined) return undefined;
  let failed = false;
  return async (checkpoint) => {
    if (failed || signal.aborted) return;
    try {
      const clip = await beginningOf(dir, name);
      if (clip !== null) onPreview(await sing(checkpoint, name, clip, signal));
    } catch (error) {
      if (signal.aborted) return;
      failed = true;
      notice(`No validation sound in this training: ${error instanceof Error ? error.message : error}`);
    }
  };
}

async function beginningOf(dir: string, name: string): Promise<Audio | null> {
  const dataset = readDataset(dir);
  const clip = dataset?.clips.find((one) => one.name === name);
  if (!dataset || clip === undefined) return null;
  const { samples, sampleRate } = decodeWav(await readFile(clipPath(dir, dataset, clip)), name);
  return { samples: samples.slice(0, previewSeconds * sampleRate), sampleRate };
}

/**
 * The clip through encoder, model and vocoder as in any conversion. The eager sampler: a compiled one would be compiled
 * anew for the weights of every save.
 */
async function sing(
  checkpoint: Checkpoint,
  clip: string,
  target: Audio,
  signal: AbortSignal,
): Promise<Preview> {
  const extra = checkpoint.extra!;
  const own = parseConfig(JSON.parse(extra.config), 'the training');
  const parts = partsOf(mergeConfig(own, { inference: { speedup: previewSpeedup, keyShift: 0 } }, 'preview'));
  const { audio: rate, inference, features } = parts.config;
  const voice: Voice = {
    ...parts,
    profile: extra.profile,
    retrieval: retrievalOf(extra.retrieval, features.retrievalNeighbours),
    sampler: createMelSampler(parts.config, checkpoint.weights),
  };
  try {
    const { audio } = await convert(voice, target, { ...inference, progress: () => undefined, signal });
    return {
      step: checkpoint.step,
      clip,
      target: { audio: target, mel: melSpectrogram(target, rate) },
      sung: { audio, mel: melSpectrogram(audio, rate) },
    };
  } finally {
    voice.sampler.dispose();
    voice.vocoder.dispose?.();
    voice.encoder.dispose?.();
  }
}
