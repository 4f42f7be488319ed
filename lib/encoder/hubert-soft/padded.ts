/**
 * The forward pass of `forward.ts` for a signal that was filled up with zeros to one of few lengths, so that it can be
 * compiled. What was added changes nothing: the first norm's statistics, the positional convolution and attention leave it
 * out, and units that exist see no sample of it.
 */
import * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../../audio/audio';
import { attentionLayer } from './attention';
import { firstKernel } from './first-norm';
import {
  hopSamples,
  positionalEmbedding,
  projectFeatures,
  projectionOf,
  seenSamples,
  strides,
  type UnitsOptions,
} from './forward';
import { affine, affineGelu, layerNorm } from './layers';
import type { HubertWeights } from './weights';

const unseen = -1e9;

/** Samples of a signal that is filled up to `units` units, with its zeros around. */
export function paddedSamples(units: number): number {
  return seenSamples + (units - 1) * hopSamples;
}

/** Units whose signal `samples` samples fit into, zeros around included: what the last unit does not see counts too. */
export function unitsToHold(samples: number): number {
  return Math.max(1, Math.ceil((samples - seenSamples) / hopSamples) + 1);
}

/** Units of a signal of `samples` samples, zeros around included. */
export function unitsOf(samples: number): number {
  return Math.floor((samples - seenSamples) / hopSamples) + 1;
}

/** A signal that was filled up. */
export interface PaddedSignal {
  /** zeros around included [P], P = `paddedSamples` of the units U that come out */
  readonly wav: tf.Tensor1D;
  /** how many of the samples exist, int32 [1] */
  readonly samples: tf.Tensor1D;
  /** `firstNorm` of those [C] */
  readonly scale: tf.Tensor1D;
  readonly shift: tf.Tensor1D;
}

/**
 * Units of a filled signal.
 * @returns [U, D]; only the first `unitsOf(samples)` mean anything
 */
export function paddedUnits(
  weights: HubertWeights,
  signal: PaddedSignal,
  options: UnitsOptions,
): tf.Tensor2D {
  const U = unitsOf(signal.wav.shape[0]);
  const features = extract(weights, signal);
  const exists = tf.range(0, U, 1, 'int32').less(unitCount(signal.samples)).cast('float32');
  const projected = projectFeatures(weights, features).mul<tf.Tensor2D>(exists.reshape([U, 1]));
  const mask = tf.sub(1, exists).mul(unseen).reshape([1, 1, U]);
  let x = layerNorm(tf.add(projected, positionalEmbedding(weights, projected)), weights.norm);
  for (const layer of weights.layers.slice(0, options.layers)) {
    x = attentionLayer(layer, options.heads, x, mask);
  }
  return options.projected ? affine(x, projectionOf(weights)) : x;
}

function unitCount(samples: tf.Tensor1D): tf.Tensor {
  return samples
    .sub(tf.scalar(seenSamples, 'int32'))
    .floorDiv(tf.scalar(hopSamples, 'int32'))
    .add(tf.scalar(1, 'int32'));
}

/** The seven convolutions, each as one matrix product of what its kernel sees. @returns [U, C] */
function extract(weights: HubertWeights, signal: PaddedSignal): tf.Tensor2D {
  let x = firstLayer(weights, signal);
  for (let i = 1; i < strides.length; i++) {
    const filter = weights.convolutions[i]!;
    const [kernel, width, out] = filter.shape;
    const weight = filter.reshape<tf.Tensor2D>([kernel * width, out]);
    x = affineGelu(seenByPairs(x, kernel), { weight, bias: tf.zeros<tf.Rank.R1>([out]) });
  }
  return x;
}

/** What kernels of 2 or 3 steps see at every second step, side by side. @param x [T, C], @returns [T', kernel * C] */
function seenByPairs(x: tf.Tensor2D, kernel: number): tf.Tensor2D {
  const [T, C] = x.shape;
  const steps = Math.floor((T - kernel) / 2) + 1;
  const pairs = x.slice([0, 0], [2 * steps, C]).reshape<tf.Tensor2D>([steps, 2 * C]);
  if (kernel === 2) return pairs;
  const shifted = x.slice([1, 0], [2 * steps, C]).reshape<tf.Tensor2D>([steps, 2 * C]);
  const third = shifted.slice([0, C], [steps, C]);
  return tf.concat([pairs, third], 1) as tf.Tensor2D;
}

/** First convolution, with its norm as part of the filter (`first-norm.ts`), and GELU. */
function firstLayer({ convolutions }: HubertWeights, { wav, scale, shift }: PaddedSignal): tf.Tensor2D {
  const [, , out] = convolutions[0]!.shape;
  const weight = convolutions[0]!.reshape<tf.Tensor2D>([firstKernel, out]).mul<tf.Tensor2D>(scale);
  // Its filters may leave small differences of large numbers.
  return affineGelu(firstFrames(wav), { weight, bias: shift }, 'exact');
}

/** The ten samples that the first convolution sees at every fifth. @param wav [P], 5 divides P; @returns [P / 5 - 1, 10] */
function firstFrames(wav: tf.Tensor1D): tf.Tensor2D {
  const stride = strides[0];
  const steps = wav.shape[0] / stride - 1;
  const blocks = wav.reshape<tf.Tensor2D>([steps + 1, stride]);
  return tf.concat(
    [blocks.slice([0, 0], [steps, stride]), blocks.slice([1, 0], [steps, stride])],
    1,
  ) as tf.Tensor2D;
}

/** Result [U, D] on the host, cut to what exists. */
export async function cutUnits(units: tf.Tensor2D, count: number): Promise<FrameMatrix> {
  const width = units.shape[1];
  const data = (await units.data()) as Float32Array;
  return { data: data.slice(0, count * width), frames: count, width };
}
