/**
 * What all samplers share: their signature, the levels that they visit, the loop with progress and cancellation, and the
 * deterministic move between two noise levels. Samplers do not know networks: they get a function that predicts noise.
 */
import * as tf from '@tensorflow/tfjs';
import { Philox, streams } from '../random/philox';
import { type NoiseSchedule, noiseFromX0, x0FromNoise } from './noise-schedule';

/** Noise in `x` [B, T, M] at the steps `t` (int32 [B]). */
export type PredictNoise = (x: tf.Tensor3D, t: tf.Tensor1D) => tf.Tensor3D;

/** N(0, 1) of `shape`; the same for the same `step`. */
export type NoiseSource = (shape: [number, number, number], step: number) => tf.Tensor3D;

/** State after a step. */
export interface SamplerStep {
  readonly done: number;
  readonly total: number;
  /** step that was evaluated */
  readonly t: number;
  /** result so far [B, T, M]; borrowed: do not dispose, clone to keep */
  readonly x: tf.Tensor3D;
}

/** How to sample. */
export interface SamplerOptions {
  /** steps of the forward process to undo: the start holds the noise of step `kStep - 1` */
  readonly kStep: number;
  /** visit every n-th step; DDPM visits all */
  readonly speedup: number;
  /** fresh noise of each step, for DDPM only */
  readonly noise: NoiseSource;
  readonly onStep?: (step: SamplerStep) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs the diffusion backwards.
 * @param xT the start [B, T, M]; stays the caller's
 * @returns clean normalised mel [B, T, M], the caller's to dispose
 * @throws the signal's reason when aborted; nothing is leaked
 */
export type Sampler = (
  predict: PredictNoise,
  xT: tf.Tensor3D,
  schedule: NoiseSchedule,
  options: SamplerOptions,
) => Promise<tf.Tensor3D>;

/** One evaluation: from step `t` to step `next`; -1 stands for the clean mel. */
export interface Move {
  readonly t: number;
  readonly next: number;
}

/** Equal moves from `kStep - 1` down; the last one ends at the clean mel and may be shorter. */
export function evenMoves(kStep: number, speedup: number): Move[] {
  return Array.from({ length: Math.ceil(kStep / speedup) }, (_, i) => {
    const t = kStep - 1 - i * speedup;
    return { t, next: Math.max(t - speedup, -1) };
  });
}

/** Steps of a noise source that belong to one slice of a song. */
const stepsPerSlice = 2 ** 20;

/** Noise for the slice number `slice`, from the sampler's stream. The start is its step `kStep`. */
export function samplerNoise(seed: number, slice: number): NoiseSource {
  return (shape, step) => {
    const random = new Philox(seed, streams.sampler, slice * stepsPerSlice + step);
    return tf.tensor3d(random.normals(shape[0] * shape[1] * shape[2]), shape);
  };
}

/** What a sampler carries from step to step. */
export interface SamplerState {
  readonly x: tf.Tensor3D;
  /** noise predictions of earlier steps, newest first */
  readonly history: readonly tf.Tensor3D[];
}

/** Calls `advance` for every move, frees what the new state no longer holds, and lets the event loop run between moves. */
export async function runMoves(
  xT: tf.Tensor3D,
  moves: readonly Move[],
  options: SamplerOptions,
  advance: (state: SamplerState, move: Move) => SamplerState,
): Promise<tf.Tensor3D> {
  let state: SamplerState = { x: xT.clone(), history: [] };
  try {
    for (const [i, move] of moves.entries()) {
      options.signal?.throwIfAborted();
      const before = [state.x, ...state.history];
      state = advanceTidily(state, move, advance);
      for (const tensor of before)
        if (tensor !== state.x && !state.history.includes(tensor)) tensor.dispose();
      options.onStep?.({ done: i + 1, total: moves.length, t: move.t, x: state.x });
      await tf.nextFrame();
    }
  } catch (error) {
    tf.dispose([state.x, ...state.history]);
    throw error;
  }
  tf.dispose([...state.history]);
  return state.x;
}

function advanceTidily(
  state: SamplerState,
  move: Move,
  advance: (state: SamplerState, move: Move) => SamplerState,
): SamplerState {
  const [x, ...history] = tf.tidy(() => {
    const next = advance(state, move);
    return [next.x, ...next.history];
  });
  return { x: x!, history };
}

/** The step `t` for every item. @returns int32 [B] */
export function stepOf(x: tf.Tensor3D, t: number): tf.Tensor1D {
  return tf.fill([x.shape[0]], t, 'int32');
}

/**
 * Factors of a move along the probability flow with constant noise, "DDIM with eta 0" (Song et al. 2021, equation 12) and
 * the "transfer" of Liu et al. 2022 (equation 11): the two are the same, sqrt(a') x0 + sqrt(1 - a') noise, which is
 * `keep x - remove noise`.
 */
export function transferFactors(schedule: NoiseSchedule, move: Move): { keep: number; remove: number } {
  const from = schedule.alphasCumprod[move.t]!;
  const to = move.next < 0 ? 1 : schedule.alphasCumprod[move.next]!;
  return {
    keep: Math.sqrt(to / from),
    remove: Math.sqrt((1 - from) * (to / from)) - Math.sqrt(1 - to),
  };
}

/** Moves `x` by `transferFactors`. */
export function transfer(
  schedule: NoiseSchedule,
  x: tf.Tensor3D,
  noise: tf.Tensor3D,
  move: Move,
): tf.Tensor3D {
  const { keep, remove } = transferFactors(schedule, move);
  return tf.tidy(() => x.mul<tf.Tensor3D>(keep).sub(noise.mul(remove)));
}

/** The prediction as it is when the clean mel that it implies is clamped to [-1, 1]. @param t int32 [B] */
export function clampNoise(
  schedule: NoiseSchedule,
  x: tf.Tensor3D,
  noise: tf.Tensor3D,
  t: tf.Tensor1D,
): tf.Tensor3D {
  return tf.tidy(() =>
    noiseFromX0(schedule, x, tf.clipByValue(x0FromNoise(schedule, x, noise, t), -1, 1), t),
  );
}
