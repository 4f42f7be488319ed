/** The peer's work done with the project's code: the denoiser on given conditions, a training step and a forward pass. */
import * as tf from '@tensorflow/tfjs';
import { toInternal } from '../lib/checkpoint/key-map';
import { type Config, configSchema } from '../lib/config/schema';
import { compileProgram } from '../lib/engine/compile/program';
import { denoise, projectCondition } from '../lib/model/denoiser';
import { initialWeights } from '../lib/model/initial-weights';
import { type HostTensor, parameterSpecs } from '../lib/model/parameters';
import type {
  InitialValue,
  InputSpec,
  NamedTensors,
  Precision,
  ProgramFunction,
  TensorProgram,
  VariableTensors,
} from '../lib/tensor/program';
import { factorsInput, momentNames, traceUpdate, updateFactors } from '../lib/training/compiled-update';
import { denoiseInLanes, laneSizes } from '../lib/training/lanes';
import { AdamW } from '../lib/training/optimizer';

/** Sizes of the peer's arguments. */
export interface Sizes {
  readonly channels: number;
  readonly layers: number;
  readonly batch: number;
  readonly frames: number;
  readonly mel: number;
  readonly hidden: number;
}

/** Timed pieces of work; each call is one repeat, waits for its result, and may return more numbers than the time. */
export interface Workload {
  readonly work: Readonly<Record<string, () => unknown>>;
  /** what is done twice before the first repeat */
  readonly warmUp: readonly string[];
  readonly stats: object;
}

/** Denoising steps of `sampler20`. */
const samplerSteps = 20;

function configOf(sizes: Sizes): Config {
  return configSchema.parse({
    audio: { melBins: sizes.mel },
    model: {
      melBins: sizes.mel,
      hiddenSize: sizes.hidden,
      residualChannels: sizes.channels,
      residualLayers: sizes.layers,
    },
    training: { learningRate: 4e-4 },
  });
}

/** Weights of the denoiser alone; the peer has no pitch embedding. The output layer starts at random as the peer's does. */
function denoiserWeights(config: Config): Map<string, HostTensor> {
  const host = initialWeights(config.model, 1);
  const specs = parameterSpecs(config.model).filter((s) => s.trained && s.name.startsWith('denoise_fn.'));
  return new Map(specs.map((spec) => [spec.name, toInternal(spec, host.get(spec.name)!)]));
}

function exampleInputs(sizes: Sizes): Record<'x' | 't' | 'cond' | 'target', tf.Tensor> {
  const { batch: B, frames: T, mel: M, hidden: H } = sizes;
  return {
    x: tf.randomNormal([B, T, M]),
    t: tf.range(100, 100 + B, 1, 'int32'),
    cond: tf.randomNormal([B, T, H]),
    target: tf.randomNormal([B, T, M]),
  };
}

function predict(config: Config, weights: VariableTensors, inputs: NamedTensors, lanes: number): tf.Tensor3D {
  const whole = inputs as { x: tf.Tensor3D; cond: tf.Tensor3D; t: tf.Tensor1D };
  return denoiseInLanes(weights, config.model, whole, lanes);
}

function meanSquaredError(
  config: Config,
  weights: VariableTensors,
  inputs: NamedTensors,
  lanes: number,
): tf.Scalar {
  return predict(config, weights, inputs, lanes).sub(inputs.target!).square().mean();
}

/** Reads a result, as the peer reads its loss, and frees everything. */
function finish(results: Record<string, tf.Tensor>): void {
  for (const tensor of Object.values(results)) tensor.dataSync();
  tf.dispose(results);
}

/** Functions that a work calls. */
const functionsOf: Readonly<Record<string, readonly string[]>> = {
  train: ['train'],
  forward: ['forward'],
  sampler20: ['project', 'sample'],
};

/**
 * The work as one graph.
 * @param works those that will be asked for
 * @param lanes parts of the batch that are computed side by side, as `diff-svc train` and `diff-svc convert` do it
 */
export async function compiledWorkload(
  sizes: Sizes,
  precision: Precision,
  works: readonly string[],
  lanes: number,
): Promise<Workload> {
  const config = configOf(sizes);
  const program = await compileProgram(compiledSpec(config, sizes, precision, works, lanes));
  const { target, ...given } = exampleInputs(sizes);
  let step = 0;
  return {
    stats: program.stats,
    warmUp: works,
    work: {
      train: () => {
        step += 1;
        const factors = tf.tensor1d(updateFactors(config.training, step, config.training.learningRate));
        finish(program.call('train', { ...given, target, factors }));
        factors.dispose();
      },
      forward: () => finish(program.call('forward', given)),
      sampler20: () => sampleTwentySteps(program, given),
    },
  };
}

function sampleTwentySteps(program: TensorProgram, given: Record<'x' | 't' | 'cond', tf.Tensor>): void {
  const projected = program.call('project', { cond: given.cond });
  finish(program.call('sample', { x: given.x, t: given.t, ...projected }));
  tf.dispose(projected);
}

function compiledSpec(
  config: Config,
  sizes: Sizes,
  precision: Precision,
  works: readonly string[],
  lanes: number,
): Parameters<typeof compileProgram>[0] {
  const weights = denoiserWeights(config);
  const names = [...weights.keys()];
  const variables = new Map<string, InitialValue>(weights);
  for (const [name, { shape }] of weights) {
    for (const moment of Object.values(momentNames)) variables.set(moment(name), { shape });
  }
  const { batch: B, frames: T, mel: M, hidden: H, channels: C } = sizes;
  const float = (...shape: number[]): InputSpec => ({ shape, dtype: 'float32' });
  const x = float(B, T, M);
  const t: InputSpec = { shape: [B], dtype: 'int32' };
  const cond = float(B, T, H);
  const layers = Array.from({ length: sizes.layers }, (_, i) => `projected${String(i).padStart(2, '0')}`);
  const functions: Record<string, ProgramFunction> = {
    forward: {
      inputs: { x, t, cond },
      fn: (inputs, w) => ({ outputs: { y: predict(config, w, inputs, lanes) } }),
    },
    train: {
      inputs: { x, t, cond, target: x, factors: factorsInput },
      fn: (inputs, w) => {
        const lossOf = (given: VariableTensors): tf.Scalar => meanSquaredError(config, given, inputs, lanes);
        const scaling = { precision, lossScale: 1 };
        const { loss, adam } = traceUpdate(config.training, w, names, inputs.factors!, lossOf, scaling);
        return { outputs: { loss }, adam };
      },
    },
    project: {
      inputs: { cond },
      fn: (inputs, w) => {
        const projected = projectCondition(w, config.model, inputs.cond as tf.Tensor3D);
        return { outputs: Object.fromEntries(layers.map((name, i) => [name, projected[i]!])) };
      },
    },
    sample: {
      inputs: { x, t, ...Object.fromEntries(layers.map((name) => [name, float(B, T, 2 * C)])) },
      fn: (inputs, w) => {
        const projected = layers.map((name) => inputs[name] as tf.Tensor3D);
        const trajectory = (part: SamplerPart): tf.Tensor3D => {
          let y = part.x;
          for (let i = 0; i < samplerSteps; i++) {
            y = y.sub(denoise(w, config.model, y, part.t, part.projected).mul(0.05));
          }
          return y;
        };
        const whole = { x: inputs.x as tf.Tensor3D, t: inputs.t as tf.Tensor1D, projected };
        return { outputs: { y: tf.concat(partsOf(whole, lanes).map(trajectory)) } };
      },
    },
  };
  const wanted = works.flatMap((work) => functionsOf[work]!);
  return {
    variables,
    precision,
    functions: Object.fromEntries(wanted.map((name) => [name, functions[name]!])),
  };
}

/** What the sampler gets of a batch. */
interface SamplerPart {
  readonly x: tf.Tensor3D;
  readonly t: tf.Tensor1D;
  readonly projected: readonly tf.Tensor3D[];
}

/** A batch in parts, as slices of a song are sampled together. */
function partsOf(whole: SamplerPart, lanes: number): SamplerPart[] {
  const sizes = laneSizes(whole.x.shape[0], lanes);
  if (sizes.length === 1) return [whole];
  const xs = tf.split<tf.Tensor3D>(whole.x, sizes);
  const ts = tf.split<tf.Tensor1D>(whole.t, sizes);
  const projected = whole.projected.map((layer) => tf.split<tf.Tensor3D>(layer, sizes));
  return sizes.map((_, i) => ({ x: xs[i]!, t: ts[i]!, projected: projected.map((layer) => layer[i]!) }));
}

/** The work operation by operation. */
export function eagerWorkload(sizes: Sizes): Workload {
  const config = configOf(sizes);
  const weights = new Map(
    [...denoiserWeights(config)].map(([name, { shape, data }]) => [
      name,
      tf.variable(tf.tensor(data, [...shape])),
    ]),
  );
  const names = [...weights.keys()];
  const optimizer = new AdamW(weights, config.training);
  const inputs = exampleInputs(sizes);
  const train = (): void =>
    tf.tidy(() => {
      const lossOf = (...w: tf.Tensor[]): tf.Scalar =>
        meanSquaredError(config, new Map(names.map((name, i) => [name, w[i]!])), inputs, 1);
      const { value, grads } = tf.valueAndGrads(lossOf)([...weights.values()]);
      optimizer.apply(new Map(names.map((name, i) => [name, grads[i]!])), config.training.learningRate);
      value.dataSync();
    });
  return {
    stats: {},
    warmUp: ['train', 'forward'],
    work: { train, forward: () => finish({ y: tf.tidy(() => predict(config, weights, inputs, 1)) }) },
  };
}
