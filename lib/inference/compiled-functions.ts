/**
 * The functions that a compiled sampler runs, for one length each. They are written for one slice; slices that are sampled
 * together are traced side by side, so that their operations can share the cores.
 */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';
import { condition } from '../model/conditioner';
import { projectCondition } from '../model/denoiser';
import { noisePredictor } from '../model/noise-predictor';
import type { NoiseSchedule } from '../model/noise-schedule';
import { multistep } from '../model/sample-plms';
import { clampNoise, type Move, type PredictNoise, transferFactors } from '../model/sampler';
import type { InputSpec, NamedTensors, ProgramFunction, VariableTensors } from '../tensor/program';

/** Lengths that a function is made for. */
export interface SliceShape {
  readonly frames: number;
  readonly units: number;
  /** slices in one call */
  readonly slices: number;
}

type OfOneSlice = Pick<SliceShape, 'frames' | 'units'>;

/** What the functions are traced from. */
export interface SliceModel {
  readonly config: ModelConfig;
  readonly schedule: NoiseSchedule;
}

/** Predictions that a multi-step method looks back at. */
const historyLength = multistep.length - 1;

/** Numbers of one move: keep, remove, and the weights of the newest prediction and its predecessors. */
const factorsPerMove = 2 + multistep.length;

/** A state of the trajectory by name: the mel and earlier predictions, newest first. */
const stateNames = ['x', ...Array.from({ length: historyLength }, (_, i) => `history${i}`)];

/** Names of the projected condition, one per layer. */
function projectedNames(config: ModelConfig): string[] {
  return Array.from({ length: config.residualLayers }, (_, i) => `projected${i}`);
}

const float = (...shape: number[]): InputSpec => ({ shape, dtype: 'float32' });
const int = (...shape: number[]): InputSpec => ({ shape, dtype: 'int32' });

/** Inputs that are the same for all slices. */
const ofTheMoves = ['t', 'factors'];

/**
 * `single`, traced for each of `slices`: inputs and outputs have them along the first axis, where `single` has 1.
 * @param shared inputs that all slices get whole
 */
function sideBySide(slices: number, single: ProgramFunction, shared: readonly string[]): ProgramFunction {
  if (slices === 1) return single;
  const isShared = (name: string): boolean => shared.includes(name);
  const inputs = Object.entries(single.inputs).map(([name, { shape, dtype }]) => {
    const whole = isShared(name) ? shape : [slices, ...shape.slice(1)];
    return [name, { shape: whole, dtype }] as const;
  });
  return {
    inputs: Object.fromEntries(inputs),
    fn: (given, weights) => {
      const outputs = Array.from({ length: slices }, (_, i) => {
        const own = ([name, value]: [string, tf.Tensor]) => [name, isShared(name) ? value : row(value, i)];
        return single.fn(Object.fromEntries(Object.entries(given).map(own)), weights).outputs;
      });
      const joined = Object.keys(outputs[0]!).map((name) => [
        name,
        tf.concat(outputs.map((output) => output[name]!)),
      ]);
      return { outputs: Object.fromEntries(joined) };
    },
  };
}

/** Row `i` of the first axis, which stays. */
function row(value: tf.Tensor, i: number): tf.Tensor {
  return value.slice([i, ...value.shape.slice(1).map(() => 0)], [1, ...value.shape.slice(1)]);
}

/** From units and pitch to what every layer adds: the part that does not depend on the step. */
export function conditionFunction(model: SliceModel, shape: SliceShape): ProgramFunction {
  return sideBySide(shape.slices, conditionOfOne(model, shape), []);
}

function conditionOfOne({ config }: SliceModel, { frames, units }: OfOneSlice): ProgramFunction {
  const names = projectedNames(config);
  return {
    inputs: {
      units: float(1, units, config.hiddenSize),
      mel2ph: int(1, frames),
      f0Log2: float(1, frames),
    },
    fn: (inputs, weights) => {
      const projected = projectCondition(
        weights,
        config,
        condition(weights, config, inputs as unknown as Parameters<typeof condition>[2]),
      );
      return { outputs: Object.fromEntries(names.map((name, i) => [name, projected[i]!])) };
    },
  };
}

/** One prediction of the noise. Inputs x, t, length and the projected condition. */
export function predictFunction(model: SliceModel, shape: SliceShape): ProgramFunction {
  return sideBySide(shape.slices, predictionOfOne(model, shape), []);
}

function predictionOfOne(model: SliceModel, { frames }: OfOneSlice): ProgramFunction {
  return {
    inputs: { ...commonInputs(model, frames), x: float(1, frames, model.config.melBins), t: int(1) },
    fn: (inputs, weights) => ({
      outputs: {
        noise: predictorOf(model, frames, inputs, weights)(inputs.x as tf.Tensor3D, inputs.t as tf.Tensor1D),
      },
    }),
  };
}

/**
 * `count` moves of DDIM or PLMS one after the other, which differ in their factors only.
 * Inputs: the state, `t` (steps of the moves), `factors` (`moveFactors`), length and the projected condition.
 */
export function movesFunction(model: SliceModel, shape: SliceShape, count: number): ProgramFunction {
  return sideBySide(shape.slices, movesOfOne(model, shape, count), ofTheMoves);
}

function movesOfOne(model: SliceModel, { frames }: OfOneSlice, count: number): ProgramFunction {
  return {
    inputs: trajectoryInputs(model, frames, count),
    fn: (inputs, weights) => {
      const predict = clampedPredictor(model, frames, inputs, weights);
      let state = stateNames.map((name) => inputs[name] as tf.Tensor3D);
      for (let i = 0; i < count; i++) {
        const [x, ...history] = state as [tf.Tensor3D, ...tf.Tensor3D[]];
        const [keep, remove, ...weightsOfMove] = factorsAt(inputs.factors!, i);
        const predictions = [predict(x, inputs.t!.slice([i], [1])), ...history];
        const combined = tf.addN(predictions.map((noise, k) => noise.mul<tf.Tensor3D>(weightsOfMove[k]!)));
        const moved = x.mul<tf.Tensor3D>(keep!).sub<tf.Tensor3D>(combined.mul(remove!));
        state = [moved, ...predictions.slice(0, historyLength)];
      }
      return { outputs: Object.fromEntries(stateNames.map((name, i) => [name, state[i]!])) };
    },
  };
}

/** The first move of PLMS, with the mean of the predictions at both of its ends. `t`: step and next step. */
export function firstMoveFunction(model: SliceModel, shape: SliceShape): ProgramFunction {
  return sideBySide(shape.slices, firstMoveOfOne(model, shape), ofTheMoves);
}

function firstMoveOfOne(model: SliceModel, { frames }: OfOneSlice): ProgramFunction {
  const inputs = trajectoryInputs(model, frames, 1);
  return {
    inputs: { ...inputs, t: int(2) },
    fn: (given, weights) => {
      const predict = clampedPredictor(model, frames, given, weights);
      const x = given.x as tf.Tensor3D;
      const [keep, remove] = factorsAt(given.factors!, 0);
      const move = (noise: tf.Tensor): tf.Tensor3D => x.mul<tf.Tensor3D>(keep!).sub(noise.mul(remove!));
      const noise = predict(x, given.t!.slice([0], [1]));
      const ahead = predict(move(noise), given.t!.slice([1], [1]));
      const state = [move(noise.add(ahead).mul(0.5)), noise, given.history0!, given.history1!];
      return { outputs: Object.fromEntries(stateNames.map((name, i) => [name, state[i]!])) };
    },
  };
}

/**
 * Values of the input `factors`, row by row.
 * @param known predictions that are there before the first of `moves`; null for a method without memory (DDIM)
 */
export function moveFactors(
  schedule: NoiseSchedule,
  moves: readonly Move[],
  known: number | null,
): Float32Array {
  const rows = moves.map((move, i) => {
    const { keep, remove } = transferFactors(schedule, move);
    const weights = multistep[known === null ? 0 : Math.min(known + i, historyLength)]!;
    return [keep, remove, ...Array.from({ length: multistep.length }, (_, k) => weights[k] ?? 0)];
  });
  return Float32Array.from(rows.flat());
}

function commonInputs({ config }: SliceModel, frames: number): Record<string, InputSpec> {
  const projected = projectedNames(config).map((name) => [
    name,
    float(1, frames, 2 * config.residualChannels),
  ]);
  return { ...Object.fromEntries(projected), length: int(1) };
}

function trajectoryInputs(model: SliceModel, frames: number, count: number): Record<string, InputSpec> {
  const mel = float(1, frames, model.config.melBins);
  return {
    ...commonInputs(model, frames),
    ...Object.fromEntries(stateNames.map((name) => [name, mel])),
    t: int(count),
    factors: float(count, factorsPerMove),
  };
}

/** Scalars of row `i`. */
function factorsAt(factors: tf.Tensor, i: number): tf.Tensor[] {
  return tf.unstack(factors.slice([i, 0], [1, factorsPerMove]).reshape([factorsPerMove]));
}

/** The network on frames below `length`; what fills the slice up is silent to the convolutions. */
function predictorOf(
  { config, schedule }: SliceModel,
  frames: number,
  inputs: NamedTensors,
  weights: VariableTensors,
): PredictNoise {
  const projected = projectedNames(config).map((name) => inputs[name] as tf.Tensor3D);
  const exists = tf.range(0, frames, 1, 'int32').less(inputs.length!).cast('float32');
  return noisePredictor(weights, config, schedule, projected, exists.reshape<tf.Tensor3D>([1, frames, 1]));
}

function clampedPredictor(
  model: SliceModel,
  frames: number,
  inputs: NamedTensors,
  weights: VariableTensors,
): (x: tf.Tensor3D, t: tf.Tensor) => tf.Tensor3D {
  const predict = predictorOf(model, frames, inputs, weights);
  return (x, t) => {
    const steps = t as tf.Tensor1D;
    return clampNoise(model.schedule, x, predict(x, steps), steps);
  };
}

/** The start of a trajectory: no predictions yet. */
export function initialState(xT: tf.Tensor3D): Record<string, tf.Tensor> {
  return Object.fromEntries(stateNames.map((name, i) => [name, i === 0 ? xT.clone() : tf.zerosLike(xT)]));
}
