/** AdamW with a bound on the gradient's global norm (Loshchilov and Hutter 2019; spec section g, one step). */
import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/schema';
import type { HostTensor } from '../model/parameters';

/** Constants of the optimiser. */
export type AdamWConfig = Pick<TrainingConfig, 'betas' | 'eps' | 'weightDecay' | 'clipGradNorm'>;

/** The optimiser's memory on the host, in our layout; enough for an exact resume. */
export interface AdamWState {
  /** updates done */
  readonly step: number;
  /** by parameter name */
  readonly moments: ReadonlyMap<string, { readonly expAvg: HostTensor; readonly expAvgSq: HostTensor }>;
}

/** A parameter with its moments. */
interface Slot {
  readonly weight: tf.Variable;
  readonly expAvg: tf.Variable;
  readonly expAvgSq: tf.Variable;
}

/** Factors of one update, shared by all parameters. */
interface Factors {
  readonly beta1: tf.Scalar;
  readonly beta2: tf.Scalar;
  /** (1 - beta1) times the clipping factor */
  readonly gain1: tf.Scalar;
  /** (1 - beta2) times the square of the clipping factor */
  readonly gain2: tf.Scalar;
  readonly stepSize: tf.Scalar;
  readonly eps: tf.Scalar;
  /** 1 - rate * weight decay; null without decay */
  readonly decay: tf.Scalar | null;
}

/** Updates variables in place. */
export class AdamW {
  private readonly slots: ReadonlyMap<string, Slot>;
  private updates = 0;

  /** @param weights the trained parameters; they stay the caller's */
  constructor(
    weights: ReadonlyMap<string, tf.Variable>,
    private readonly config: AdamWConfig,
  ) {
    this.slots = new Map(
      [...weights].map(([name, weight]) => {
        const zeros = (): tf.Variable => tf.tidy(() => tf.variable(tf.zeros(weight.shape), false));
        return [name, { weight, expAvg: zeros(), expAvgSq: zeros() }];
      }),
    );
  }

  /** Updates done. */
  get step(): number {
    return this.updates;
  }

  /**
   * One update of every parameter that has a gradient. The gradients are clipped to the global norm on the way.
   * @returns the norm before clipping
   */
  apply(grads: ReadonlyMap<string, tf.Tensor>, learningRate: number): tf.Scalar {
    this.updates += 1;
    return tf.tidy(() => {
      const norm = globalNorm([...grads.values()]);
      const factors = factorsOf(this.config, this.updates, learningRate, norm);
      for (const [name, grad] of grads) {
        const slot = this.slots.get(name);
        if (!slot) throw new Error(`Expected no gradient for ${name}, which is not trained`);
        tf.tidy(() => updateSlot(slot, grad, factors));
      }
      return norm;
    });
  }

  /** Copies the state to the host; waits for the device. */
  state(): AdamWState {
    const moments = [...this.slots].map(
      ([name, slot]) => [name, { expAvg: toHost(slot.expAvg), expAvgSq: toHost(slot.expAvgSq) }] as const,
    );
    return { step: this.updates, moments: new Map(moments) };
  }

  /**
   * Continues from `state`, bit for bit. Parameters that it lacks start from zero.
   * @throws Error if a shape differs
   */
  load(state: AdamWState): void {
    this.updates = state.step;
    for (const [name, { expAvg, expAvgSq }] of state.moments) {
      const slot = this.slots.get(name);
      if (!slot) continue;
      tf.tidy(() => {
        slot.expAvg.assign(tf.tensor(expAvg.data, [...expAvg.shape]));
        slot.expAvgSq.assign(tf.tensor(expAvgSq.data, [...expAvgSq.shape]));
      });
    }
  }

  /** Frees the moments; the weights stay. */
  dispose(): void {
    for (const slot of this.slots.values()) tf.dispose([slot.expAvg, slot.expAvgSq]);
  }
}

/** Euclidean norm over all tensors together. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => tf.addN(tensors.map((tensor) => tensor.square().sum<tf.Scalar>())).sqrt());
}

/**
 * The bias corrections are moved out of the loop over parameters: dividing by `sqrt(v / c2) + eps` is dividing by
 * `sqrt(v) + eps sqrt(c2)` and multiplying by `sqrt(c2)`.
 */
function factorsOf(config: AdamWConfig, step: number, learningRate: number, norm: tf.Scalar): Factors {
  const [beta1, beta2] = config.betas;
  const root2 = Math.sqrt(1 - beta2 ** step);
  const clip = tf.minimum<tf.Scalar>(1, tf.div<tf.Scalar>(config.clipGradNorm, norm.add(1e-6)));
  return {
    beta1: tf.scalar(beta1),
    beta2: tf.scalar(beta2),
    gain1: clip.mul(1 - beta1),
    gain2: clip.square().mul(1 - beta2),
    stepSize: tf.scalar((learningRate * root2) / (1 - beta1 ** step)),
    eps: tf.scalar(config.eps * root2),
    decay: config.weightDecay === 0 ? null : tf.scalar(1 - learningRate * config.weightDecay),
  };
}

function updateSlot({ weight, expAvg, expAvgSq }: Slot, grad: tf.Tensor, by: Factors): void {
  expAvg.assign(expAvg.mul(by.beta1).add(grad.mul(by.gain1)));
  expAvgSq.assign(expAvgSq.mul(by.beta2).add(grad.square().mul(by.gain2)));
  const change = expAvg.mul(by.stepSize).div(expAvgSq.sqrt().add(by.eps));
  weight.assign((by.decay ? weight.mul(by.decay) : weight).sub(change));
}

function toHost(tensor: tf.Tensor): HostTensor {
  return { shape: tensor.shape, data: tensor.dataSync<'float32'>() };
}
