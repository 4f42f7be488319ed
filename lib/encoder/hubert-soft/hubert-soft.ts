/**
 * HuBERT-soft as a `ContentEncoder`. May be imported by data, inference, cli; knows no files: weights come as a map
 * of tensors from whoever read them.
 */
import * as tf from '@tensorflow/tfjs';
import type { Audio } from '../../audio/audio';
import { resample } from '../../audio/resample';
import { UserError } from '../../config/errors';
import type { ContentEncoder, SpeakerProfile, Units } from '../content-encoder';
import { hopSamples, hubertUnits, projectionOf } from './forward';
import { hubertState, type StateTree } from './keys';
import { type HubertWeights, uploadHubert } from './weights';

/** Hz that the network hears. */
export const sampleRate = 16000;

/**
 * With the 40 zeros in front, unit u sees the samples 320 u - 40 ... 320 u + 359 of the signal, the 400 that seven
 * convolutions of kernels 10,3,3,3,3,2,2 and strides 5,2,2,2,2,2,2 cover. Sample n lasts from n to n + 1, so the middle
 * of that stretch is at (-40 + 360) / 2 = 160 samples.
 */
const firstCentreSeconds = 160 / sampleRate;

/** What cannot be read off the weights. */
export interface HubertSoftOptions {
  /** attention heads: 12 in the public weights */
  readonly heads: number;
  /** name + version + hash of the weights */
  readonly id: string;
}

/** An encoder that holds tensors until it is disposed of. */
export interface HubertSoft extends ContentEncoder {
  dispose(): void;
}

/**
 * Makes the encoder from a state dict in any of the layouts of spec section d.
 * @throws UserError `hubert-weights` where tensors are missing, or `heads` does not divide the width
 */
export function createHubertSoft(state: StateTree, options: HubertSoftOptions): HubertSoft {
  const weights = uploadHubert(hubertState(state));
  const width = weights.projection.bias.shape[0];
  if (width % options.heads !== 0) {
    disposeWeights(weights);
    throw new UserError(
      'hubert-weights',
      `Expected the number of heads to divide the width ${width} of HuBERT-soft, got ${options.heads}`,
      'Give the number of heads that the weights were trained with (12 for the public ones).',
    );
  }
  return {
    id: options.id,
    unitSize: projectionOf(weights).bias.shape[0],
    profile: async (): Promise<SpeakerProfile> => ({ encoder: options.id, values: {} }),
    units: (audio: Audio) => encode(weights, options.heads, audio),
    dispose: () => disposeWeights(weights),
  };
}

async function encode(weights: HubertWeights, heads: number, audio: Audio): Promise<Units> {
  const samples = await samplesFor(audio, hopSamples);
  const units = tf.tidy(() => hubertUnits(weights, heads, tf.tensor1d(samples)));
  const data = (await units.data()) as Float32Array;
  units.dispose();
  const [frames, unitSize] = units.shape;
  return {
    matrix: { data, frames, width: unitSize },
    hopSeconds: hopSamples / sampleRate,
    firstCentreSeconds,
  };
}

/**
 * Samples at the rate of the network [N].
 * @param least fewer give no unit
 * @throws UserError `audio-too-short`
 */
export async function samplesFor(audio: Audio, least: number): Promise<Float32Array> {
  const { samples } = await resample(audio, sampleRate);
  if (samples.length >= least) return samples;
  throw new UserError(
    'audio-too-short',
    `Expected at least ${least / sampleRate} s of audio, got ${audio.samples.length} samples at ${audio.sampleRate} Hz`,
    'Leave this recording out, or join it to its neighbour.',
  );
}

/** Frees all tensors of the weights. */
export function disposeWeights(weights: HubertWeights): void {
  tf.dispose(weights as unknown as tf.TensorContainer);
}
