/**
 * HuBERT-soft's forward pass: van Niekerk et al. 2022, "A Comparison of Discrete and Soft Speech Units for Improved
 * Voice Conversion"; the network is HuBERT base (Hsu et al. 2021). Numbers from spec section d. Pure functions of
 * weights and signal; everything is in one item (no batch), channels last.
 */
import * as tf from '@tensorflow/tfjs';
import { attentionLayer } from './attention';
import { affine, gelu, layerNorm, normalize } from './layers';
import type { HubertWeights, Linear } from './weights';

/** Strides of the seven convolutions; their product is the hop. */
export const strides = [5, 2, 2, 2, 2, 2, 2] as const;
/** Samples from one unit to the next, at 16 kHz. */
export const hopSamples = 320;
/** What one unit sees: kernels 10, 3, 3, 3, 3, 2, 2 over the strides. */
export const seenSamples = 400;
/** HuBERT-soft's zeros before and after the signal: 400 samples are seen and 320 moved, so (400 - 320) / 2. */
const softPadding = 40;

/**
 * First convolution and its norm: one group per channel, so statistics are over all time steps of the input.
 * @param wav [N] samples at 16 kHz; @param padding zeros on either side; @returns [T0, C], before GELU
 */
export function firstFeatures(
  weights: HubertWeights,
  wav: tf.Tensor1D,
  padding: number = softPadding,
): tf.Tensor2D {
  return tf.tidy(() => {
    const padded = tf.pad(wav, [[padding, padding]]).expandDims<tf.Tensor2D>(1);
    return normalize(tf.conv1d(padded, weights.convolutions[0]!, strides[0], 'valid'), weights.groupNorm, 0);
  });
}

/** The seven convolutions: [N] samples at 16 kHz to [U, C], U = floor((N + 2 padding - 400) / 320) + 1. */
function extractFeatures(weights: HubertWeights, wav: tf.Tensor1D, padding: number): tf.Tensor2D {
  return tf.tidy(() => {
    let x = gelu(firstFeatures(weights, wav, padding));
    for (let i = 1; i < strides.length; i++) {
      const previous = x;
      x = tf.tidy(() => gelu(tf.conv1d(previous, weights.convolutions[i]!, strides[i]!, 'valid')));
      previous.dispose();
    }
    return x;
  });
}

/** LayerNorm and Linear: [U, C] to [U, D]. */
export function projectFeatures(weights: HubertWeights, features: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => affine(layerNorm(features, weights.featureNorm), weights.projection));
}

/**
 * GELU of the grouped convolution over units, [U, D] to [U, D]. The reference pads half a kernel on both sides and
 * drops the last step, so the right side needs one zero less here.
 */
export function positionalEmbedding(weights: HubertWeights, x: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const half = weights.positional[0]!.shape[0] / 2;
    const padded = tf.pad(x, [
      [half, half - 1],
      [0, 0],
    ]);
    const parts = tf.split(padded, weights.positional.length, 1) as tf.Tensor2D[];
    const out = parts.map((part, g) => tf.conv1d(part, weights.positional[g]!, 1, 'valid'));
    return gelu(tf.add(tf.concat(out, 1), weights.positionalBias));
  });
}

/** Named intermediate results, for comparison with the reference. */
export type Probe = (name: string, value: tf.Tensor) => void;

/** How far a signal goes through the network, and how it enters. */
export interface HiddenOptions {
  /** attention heads (12 in the public weights; cannot be read off the shapes) */
  readonly heads: number;
  /** zeros on either side of the signal */
  readonly padding: number;
  /** transformer layers; all of them by default */
  readonly layers?: number;
  readonly probe?: Probe;
}

/**
 * The network without its last projection.
 * @param wav [N] samples at 16 kHz, N + 2 padding >= 400
 * @returns [U, D] after `layers` layers
 */
function hubertHidden(weights: HubertWeights, wav: tf.Tensor1D, options: HiddenOptions): tf.Tensor2D {
  const probe = options.probe ?? (() => {});
  return tf.tidy(() => {
    const features = extractFeatures(weights, wav, options.padding);
    probe('after_extractor', features);
    const projected = projectFeatures(weights, features);
    probe('after_projection', projected);
    const positional = positionalEmbedding(weights, projected);
    probe('positional', positional);
    let x = layerNorm(tf.add(projected, positional), weights.norm);
    probe('after_norm', x);
    weights.layers.slice(0, options.layers).forEach((layer, i) => {
      x = attentionLayer(layer, options.heads, x);
      probe(`after_layer${i + 1}`, x);
    });
    return x;
  });
}

/** Which units come out. */
export interface UnitsOptions extends HiddenOptions {
  /** through the last projection */
  readonly projected: boolean;
}

/** HuBERT-soft's units, but for the number of its heads. */
export const softUnits = { padding: softPadding, projected: true } as const;

/**
 * Units of one signal.
 * @param wav [N] samples at 16 kHz, N + 2 padding >= 400
 * @returns [U, D]; for HuBERT-soft U = floor(N / 320)
 */
export function hubertUnits(weights: HubertWeights, wav: tf.Tensor1D, options: UnitsOptions): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = hubertHidden(weights, wav, options);
    return options.projected ? affine(hidden, projectionOf(weights)) : hidden;
  });
}

/** The last projection. @throws Error for weights that were read without one, a defect of ours */
export function projectionOf({ output }: HubertWeights): Linear {
  if (output === null) throw new Error('Expected weights with a last projection');
  return output;
}
