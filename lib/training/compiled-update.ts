/** One AdamW update as part of a compiled function: the mathematics of `optimizer.ts`, in place and in one chain. */
import * as tf from '@tensorflow/tfjs';
import type { AdamStep, InputSpec, Precision, VariableTensors } from '../tensor/program';
import type { AdamWConfig } from './optimizer';

/** The input that carries what changes from update to update. */
export const factorsInput: InputSpec = { shape: [3], dtype: 'float32' };

/** Names of the moments of a parameter among the variables of a program. */
export const momentNames = {
  expAvg: (parameter: string): string => `exp_avg:${parameter}`,
  expAvgSq: (parameter: string): string => `exp_avg_sq:${parameter}`,
} as const;

/**
 * Values of `factorsInput`: step size and epsilon with the bias corrections in them (as in `optimizer.ts`), and the share
 * that weight decay takes.
 * @param step number of the update, counted from 1
 */
export function updateFactors(config: AdamWConfig, step: number, learningRate: number): Float32Array {
  const [beta1, beta2] = config.betas;
  const root2 = Math.sqrt(1 - beta2 ** step);
  return Float32Array.of(
    (learningRate * root2) / (1 - beta1 ** step),
    config.eps * root2,
    learningRate * config.weightDecay,
  );
}

/** Loss and update of one function. */
export interface TracedUpdate {
  readonly loss: tf.Scalar;
  /** global norm before clipping */
  readonly gradNorm: tf.Scalar;
  readonly adam: AdamStep;
}

/**
 * Traces loss, gradients, clipping and AdamW.
 * @param lossOf the loss of some weights, called once
 * @param lossScale power of two that the loss is multiplied by for the way back; 1 unless the precision is f16
 */
export function traceUpdate(
  config: AdamWConfig,
  variables: VariableTensors,
  names: readonly string[],
  factors: tf.Tensor,
  lossOf: (weights: VariableTensors) => tf.Scalar,
  { precision, lossScale }: { readonly precision: Precision; readonly lossScale: number },
): TracedUpdate {
  const scaledLoss = (...weights: tf.Tensor[]): tf.Scalar =>
    lossOf(new Map(names.map((name, i) => [name, weights[i]!]))).mul(lossScale);
  const { value, grads } = tf.valueAndGrads(scaledLoss)(names.map((name) => variables.get(name)!));
  const scaledNorm = tf.sqrt(tf.addN(grads.map((grad) => grad.square().sum<tf.Scalar>())));
  const gradNorm = scaledNorm.div<tf.Scalar>(lossScale);
  const clip = tf.minimum(1, tf.div(config.clipGradNorm, gradNorm.add(1e-6)));
  const [stepSize, epsilon, decay] = tf.unstack(factors) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const adam: AdamStep = {
    learningRate: stepSize,
    // The corrections are in the step size already: computed in float64, which 1 - beta^t needs.
    beta1Power: tf.scalar(0),
    beta2Power: tf.scalar(0),
    beta1: config.betas[0],
    beta2: config.betas[1],
    epsilon,
    ...(config.weightDecay === 0 ? {} : { decay }),
    gradientScale: clip.div(lossScale),
    ...(precision === 'f16' ? { onlyIf: scaledNorm.isFinite() } : {}),
    updates: names.map((name, i) => ({
      variable: name,
      m: momentNames.expAvg(name),
      v: momentNames.expAvgSq(name),
      gradient: grads[i]!,
    })),
  };
  return { loss: (value as tf.Scalar).div(lossScale), gradNorm, adam };
}
