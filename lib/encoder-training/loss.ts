/** What the net is trained for: phones, the canonical voices' envelopes, and one bottleneck for all throats. */
import * as tf from '@tensorflow/tfjs';
import {
  affine,
  BOTTLENECK,
  bottleneckOf,
  phoneLogits,
  silu,
  type WeightSpec,
  type Weights,
} from '../encoder/phone-net/network';

/** Weights of the terms. */
export interface LossConfig {
  /** probability that is spread over all classes (Szegedy et al. 2016) */
  readonly smoothing: number;
  /** the sounds before and after */
  readonly neighbours: number;
  /** envelopes of the canonical voices */
  readonly canonical: number;
  /** distance of the two renderings' bottlenecks */
  readonly pairs: number;
  /** reversed gradient of a classifier of the take */
  readonly adversary: number;
}

/** What the terms are computed of. */
export interface LossInput {
  /** [2 P, frames, BANDS] */
  readonly features: tf.Tensor3D;
  /** int32 [3, P, U] */
  readonly labels: tf.Tensor3D;
  /** [P, U, voices * CANONICAL] */
  readonly canonical: tf.Tensor3D;
  /** int32 [2 P] */
  readonly takes: tf.Tensor1D;
}

const ADVERSARY_WIDTH = 64;

/** Heads that are needed for training only. */
export function headSpecs(phones: number, canonicalWidth: number, takes: number): readonly WeightSpec[] {
  const matrix = (name: string, from: number, to: number): WeightSpec[] => [
    { name: `${name}.weight`, shape: [from, to], fanIn: from, start: 0 },
    { name: `${name}.bias`, shape: [to], fanIn: 0, start: 0 },
  ];
  return [
    ...matrix('before', BOTTLENECK, phones),
    ...matrix('after', BOTTLENECK, phones),
    ...matrix('canonical', BOTTLENECK, canonicalWidth),
    ...matrix('adversary0', BOTTLENECK, ADVERSARY_WIDTH),
    ...matrix('adversary1', ADVERSARY_WIDTH, takes),
  ];
}

/** Mean cross entropy of logits [B, U, C] with labels [B, U], smoothed. */
export function crossEntropy(logits: tf.Tensor3D, labels: tf.Tensor2D, smoothing: number): tf.Scalar {
  const classes = logits.shape[2];
  const shifted = logits.sub(logits.max(2, true));
  const logs = shifted.sub(shifted.exp().sum(2, true).log());
  const wanted = tf.oneHot(labels, classes).toFloat();
  const target = wanted.mul(1 - smoothing).add(smoothing / classes);
  return logs.mul(target).sum(2).mean<tf.Scalar>().neg();
}

/** `x` whose gradient goes back with the opposite sign, times `factor` (Ganin and Lempitsky 2015). */
export function reverseGradient<T extends tf.Tensor>(x: T, factor: number): T {
  const reversed = tf.customGrad((value) => ({
    value: (value as tf.Tensor).mul(1),
    gradFunc: (dy: tf.Tensor) => dy.mul(-factor),
  }));
  return reversed(x) as T;
}

/** Mean squared difference of two halves of bottlenecks [2 P, U, K] in units of every value's variance. */
export function pairDistance(bottleneck: tf.Tensor3D): tf.Scalar {
  const { mean, variance } = tf.moments(bottleneck, [0, 1], true);
  const standard = bottleneck.sub(mean).mul(tf.rsqrt(variance.add(1e-4)));
  const [a, b] = tf.split(standard, 2, 0);
  return a!.sub(b!).square().mean<tf.Scalar>();
}

/** The terms of the loss; `total` is their weighted sum. */
export function phoneNetLoss(
  weights: Weights,
  input: LossInput,
  config: LossConfig,
): Record<'total' | 'phones' | 'neighbours' | 'canonical' | 'pairs' | 'adversary', tf.Scalar> {
  const bottleneck = bottleneckOf(weights, input.features);
  const twice = <T extends tf.Tensor>(x: T): T => tf.concat([x, x], 0) as T;
  const [now, before, after] = tf.unstack(input.labels).map((labels) => twice(labels as tf.Tensor2D));
  const phones = crossEntropy(phoneLogits(weights, bottleneck), now!, config.smoothing);
  const hidden = silu(bottleneck);
  const neighbours = crossEntropy(
    affine(weights, 'before', hidden),
    before!,
    config.smoothing,
  ).add<tf.Scalar>(crossEntropy(affine(weights, 'after', hidden), after!, config.smoothing));
  const sounding = tf.notEqual(now!, tf.scalar(0, 'int32')).toFloat().expandDims<tf.Tensor3D>(2);
  const canonical = affine(weights, 'canonical', bottleneck)
    .sub(twice(input.canonical))
    .square()
    .mul(sounding)
    .mean<tf.Scalar>();
  const pairs = pairDistance(bottleneck);
  const adversary = adversaryLoss(weights, bottleneck, input.takes, config);
  const total = phones
    .add(neighbours.mul(config.neighbours))
    .add(canonical.mul(config.canonical))
    .add(pairs.mul(config.pairs))
    .add<tf.Scalar>(adversary);
  return { total, phones, neighbours, canonical, pairs, adversary };
}

function adversaryLoss(
  weights: Weights,
  bottleneck: tf.Tensor3D,
  takes: tf.Tensor1D,
  config: LossConfig,
): tf.Scalar {
  const [rows, units] = bottleneck.shape;
  const seen = reverseGradient(bottleneck, config.adversary);
  const logits = affine(weights, 'adversary1', silu(affine(weights, 'adversary0', seen)));
  const labels = takes.expandDims<tf.Tensor2D>(1).tile<tf.Tensor2D>([1, units]);
  return crossEntropy(logits, labels.reshape([rows, units]), 0);
}
