/**
 * The phone net: convolutions over time with a bottleneck before the phones. All convolutions are 'valid' and all norms
 * are per frame, so an output depends on the frames within `REACH` and on nothing else.
 */
import * as tf from '@tensorflow/tfjs';
import { BANDS } from './front-end';

/** Frames of the front end per step of the net: a step lasts 20 ms. */
export const FRAMES_PER_STEP = 2;
export const CHANNELS = 160;
export const BOTTLENECK = 48;
const INPUT = BANDS * FRAMES_PER_STEP;
const FIRST_TAPS = 5;
const TAPS = 3;
/** Dilation of every residual convolution. */
export const DILATIONS: readonly number[] = [1, 2, 4, 1, 2, 4, 8];
/** Steps before and after one that it depends on. */
export const REACH = (FIRST_TAPS - 1) / 2 + DILATIONS.reduce((sum, d) => sum + d, 0);

const EPSILON = 1e-5;

/** A tensor of the net by name. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** inputs per output, 0 for vectors */
  readonly fanIn: number;
  /** value that a vector starts from */
  readonly start: number;
}

/** Everything that the net for `phones` classes has, in file order. */
export function weightSpecs(phones: number): readonly WeightSpec[] {
  const matrix = (name: string, from: number, to: number): WeightSpec[] => [
    { name: `${name}.weight`, shape: [from, to], fanIn: from, start: 0 },
    { name: `${name}.bias`, shape: [to], fanIn: 0, start: 0 },
  ];
  const norm = (name: string): WeightSpec[] => [
    { name: `${name}.gain`, shape: [CHANNELS], fanIn: 0, start: 1 },
    { name: `${name}.shift`, shape: [CHANNELS], fanIn: 0, start: 0 },
  ];
  return [
    ...matrix('first', FIRST_TAPS * INPUT, CHANNELS),
    ...DILATIONS.flatMap((_, i) => [
      ...norm(`block${i}.norm`),
      ...matrix(`block${i}.conv`, TAPS * CHANNELS, CHANNELS),
    ]),
    ...norm('last'),
    ...matrix('bottleneck', CHANNELS, BOTTLENECK),
    ...matrix('phones', BOTTLENECK, phones),
  ];
}

export type Weights = ReadonlyMap<string, tf.Tensor>;

function get(weights: Weights, name: string): tf.Tensor {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new Error(`Expected the phone net to have ${name}`);
  return tensor;
}

/** `x W + b` over the last axis of [B, T, in]. */
export function affine(weights: Weights, name: string, x: tf.Tensor3D): tf.Tensor3D {
  const [batch, frames, width] = x.shape;
  const weight = get(weights, `${name}.weight`) as tf.Tensor2D;
  const rows = tf.matMul(x.reshape<tf.Tensor2D>([batch * frames, width]), weight);
  return rows.add(get(weights, `${name}.bias`)).reshape([batch, frames, weight.shape[1]]);
}

/** What `taps` taps of a 'valid' convolution see, side by side: [B, T, C] -> [B, T - (taps - 1) dilation, taps C]. */
function neighbours(x: tf.Tensor3D, taps: number, dilation: number): tf.Tensor3D {
  const [batch, frames, width] = x.shape;
  const length = frames - (taps - 1) * dilation;
  return tf.concat(
    Array.from({ length: taps }, (_, k) => tf.slice3d(x, [0, k * dilation, 0], [batch, length, width])),
    2,
  );
}

/** Normalisation of every frame over its channels (Ba, Kiros and Hinton 2016). */
function layerNorm(weights: Weights, name: string, x: tf.Tensor3D): tf.Tensor3D {
  const centred = x.sub(x.mean(2, true));
  const scale = tf.rsqrt(centred.square().mean(2, true).add(EPSILON));
  return centred
    .mul(scale)
    .mul(get(weights, `${name}.gain`))
    .add(get(weights, `${name}.shift`));
}

/** x sigmoid(x) (Hendrycks and Gimpel 2016, "SiLU"). */
export function silu<T extends tf.Tensor>(x: T): T {
  return x.mul(tf.sigmoid(x));
}

/**
 * The bottleneck of features.
 * @param features [B, 2 (U + 2 REACH), BANDS]
 * @returns [B, U, BOTTLENECK]
 */
export function bottleneckOf(weights: Weights, features: tf.Tensor3D): tf.Tensor3D {
  const [batch, frames] = features.shape;
  const pairs = features.reshape<tf.Tensor3D>([batch, frames / FRAMES_PER_STEP, INPUT]);
  let x = affine(weights, 'first', neighbours(pairs, FIRST_TAPS, 1));
  DILATIONS.forEach((dilation, i) => {
    const seen = neighbours(silu(layerNorm(weights, `block${i}.norm`, x)), TAPS, dilation);
    const [, length] = seen.shape;
    const kept = tf.slice3d(x, [0, dilation, 0], [batch, length, CHANNELS]);
    x = kept.add(affine(weights, `block${i}.conv`, seen));
  });
  return affine(weights, 'bottleneck', silu(layerNorm(weights, 'last', x)));
}

/** Logits of the phones of a bottleneck [B, U, BOTTLENECK]. */
export function phoneLogits(weights: Weights, bottleneck: tf.Tensor3D): tf.Tensor3D {
  return affine(weights, 'phones', silu(bottleneck));
}
