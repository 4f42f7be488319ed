/**
 * HuBERT-soft as a `ContentEncoder`. May be imported by data, inference, cli; knows no files: weights come as a map
 * of tensors from whoever read them.
 */
import type { Audio } from '../../audio/audio';
import { resample } from '../../audio/resample';
import { UserError } from '../../config/errors';
import type { ContentEncoder, SpeakerProfile, Units } from '../content-encoder';
import { hopSamples, projectionOf, softUnits, type UnitsOptions } from './forward';
import { hubertState, type StateTree } from './keys';
import { type CompiledHubertOptions, createHubertNetwork } from './network';
import { disposeHubert, type HubertWeights, uploadHubert } from './weights';

/** Hz that the network hears. */
const sampleRate = 16000;

/**
 * With the 40 zeros in front, unit u sees the samples 320 u - 40 ... 320 u + 359 of the signal, the 400 that seven
 * convolutions of kernels 10,3,3,3,3,2,2 and strides 5,2,2,2,2,2,2 cover. Sample n lasts from n to n + 1, so the middle
 * of that stretch is at (-40 + 360) / 2 = 160 samples.
 */
const firstCentreSamples = 160;

/** What cannot be read off the weights. */
export interface HubertSoftOptions {
  /** attention heads: 12 in the public weights */
  readonly heads: number;
  /** name + version + hash of the weights */
  readonly id: string;
  /** how the network is compiled; default: operation by operation */
  readonly compiled?: CompiledHubertOptions;
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
    disposeHubert(weights);
    throw new UserError(
      'hubert-weights',
      `Expected the number of heads to divide the width ${width} of HuBERT-soft, got ${options.heads}`,
      'Give the number of heads that the weights were trained with (12 for the public ones).',
    );
  }
  const how = { heads: options.heads, ...softUnits };
  return hubertEncoder(weights, how, { ...options, least: hopSamples, firstCentreSamples });
}

/** What tells encoders on this network apart, but for how units come out. */
export interface HubertVariant {
  readonly id: string;
  readonly compiled?: CompiledHubertOptions;
  /** fewer samples at 16 kHz give no unit */
  readonly least: number;
  /** middle of what the first unit sees */
  readonly firstCentreSamples: number;
}

/** The encoder on the network. @param weights its own from now on */
export function hubertEncoder(
  weights: HubertWeights,
  how: UnitsOptions,
  { id, compiled, least, firstCentreSamples: centre }: HubertVariant,
): HubertSoft {
  const unitSize = (how.projected ? projectionOf(weights) : weights.projection).bias.shape[0];
  const network = createHubertNetwork(weights, how, compiled);
  return {
    id,
    unitSize,
    profile: async (): Promise<SpeakerProfile> => ({ encoder: id, values: {} }),
    units: async (audio: Audio): Promise<Units> => ({
      matrix: await network.run(await samplesFor(audio, least)),
      hopSeconds: hopSamples / sampleRate,
      firstCentreSeconds: centre / sampleRate,
    }),
    dispose: network.dispose.bind(network),
  };
}

/**
 * Samples at the rate of the network [N].
 * @param least fewer give no unit
 * @throws UserError `audio-too-short`
 */
async function samplesFor(audio: Audio, least: number): Promise<Float32Array> {
  const { samples } = await resample(audio, sampleRate);
  if (samples.length >= least) return samples;
  throw new UserError(
    'audio-too-short',
    `Expected at least ${least / sampleRate} s of audio, got ${audio.samples.length} samples at ${audio.sampleRate} Hz`,
    'Leave this recording out, or join it to its neighbour.',
  );
}
