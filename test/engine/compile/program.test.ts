import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../../lib/engine/backend';
import { compileProgram } from '../../../lib/engine/compile/program';
import type {
  InitialValue,
  NamedTensors,
  ProgramFunction,
  VariableTensors,
} from '../../../lib/tensor/program';
import { uniform } from './cases';

beforeAll(() => loadEngine());

const [rows, width, hidden] = [32, 16, 24];
const names = ['w1', 'b1', 'w2'] as const;
const shapes = { w1: [width, hidden], b1: [hidden], w2: [hidden, width] };
const input = { shape: [rows, width], dtype: 'float32' } as const;

function start(): Map<string, { shape: number[]; data: Float32Array }> {
  return new Map(
    names.map((name) => [
      name,
      { shape: shapes[name], data: uniform(shapes[name], -0.3, 0.3).dataSync<'float32'>() },
    ]),
  );
}

function loss({ x, y }: NamedTensors, weights: VariableTensors): tf.Scalar {
  const wide = tf.relu(tf.matMul(x!, weights.get('w1')!).add(weights.get('b1')!));
  return tf.matMul(wide, weights.get('w2')!).sub(y!).square().mean();
}

/** One step of gradient descent. */
function descend(
  inputs: NamedTensors,
  weights: VariableTensors,
): { value: tf.Scalar; next: Record<string, tf.Tensor> } {
  const lossOf = (...w: tf.Tensor[]): tf.Scalar =>
    loss(inputs, new Map(names.map((name, i) => [name, w[i]!])));
  const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => weights.get(name)!));
  const next = names.map((name, i) => [name, weights.get(name)!.sub(grads[i]!.mul(0.5))]);
  return { value: value as tf.Scalar, next: Object.fromEntries(next) };
}

const train: ProgramFunction = {
  inputs: { x: input, y: input },
  fn: (inputs, weights) => {
    const { value, next } = descend(inputs, weights);
    return { outputs: { loss: value }, assign: next };
  },
};

describe('compileProgram', () => {
  it('trains as eager tfjs does, and shares variables between its functions', async () => {
    const evaluate: ProgramFunction = {
      inputs: train.inputs,
      fn: (i, w) => ({ outputs: { loss: loss(i, w) } }),
    };
    const program = await compileProgram({
      variables: start(),
      functions: { train, evaluate },
      precision: 'f32',
    });
    const inputs = { x: uniform([rows, width]), y: uniform([rows, width]) };
    let weights: Map<string, tf.Tensor> = new Map(
      [...program.read()].map(([name, data]) => [name, tf.tensor(data, shapes[name as 'w1'])]),
    );
    for (let i = 0; i < 20; i++) {
      const { value, next } = descend(inputs, weights);
      const evaluated = program.call('evaluate', inputs).loss!.dataSync()[0]!;
      const trained = program.call('train', inputs).loss!.dataSync()[0]!;
      expect(evaluated).toBeCloseTo(trained, 6);
      expect(trained).toBeCloseTo(value.dataSync()[0]!, 6);
      weights = new Map(Object.entries(next));
    }
    for (const [name, data] of program.read()) {
      const expected = weights.get(name)!.dataSync();
      expect(Math.max(...data.map((v, i) => Math.abs(v - expected[i]!)))).toBeLessThan(1e-6);
    }
    program.dispose();
  });

  it('reads what was assigned, and starts variables without values at zero', async () => {
    const variables = new Map<string, InitialValue>([...start(), ['m', { shape: [3, 2] }]]);
    const program = await compileProgram({ variables, functions: { train }, precision: 'bf16' });
    expect([...program.read(['m']).get('m')!]).toEqual([0, 0, 0, 0, 0, 0]);
    const values = new Map([...start(), ['m', { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }]]);
    program.assign(values);
    for (const [name, { data }] of values) expect(program.read([name]).get(name)).toEqual(data);
    expect(() => program.assign(new Map())).toThrow(/all variables/);
    program.dispose();
  });

  it('names an op that it lacks and those that it has, and leaves tfjs as it was', async () => {
    const before = tf.getBackend();
    const fn: ProgramFunction['fn'] = ({ x }) => ({ outputs: { y: tf.asinh(x!) } });
    const spec = {
      variables: new Map(),
      functions: { f: { inputs: { x: input }, fn } },
      precision: 'f32',
    } as const;
    await expect(compileProgram(spec)).rejects.toThrow(/got Asinh\. Supported: .*BatchMatMul.*Tanh/);
    expect(tf.getBackend()).toBe(before);
    const sigmoid = tf.grad((x) => tf.sigmoid(x))(tf.scalar(0));
    expect(sigmoid.dataSync()[0]).toBeCloseTo(0.25, 6);
  });

  it('refuses to branch on a computed value', async () => {
    const fn: ProgramFunction['fn'] = ({ x }) => ({ outputs: { y: x!.mul(x!.sum().dataSync()[0]!) } });
    const spec = {
      variables: new Map(),
      functions: { f: { inputs: { x: input }, fn } },
      precision: 'f32',
    } as const;
    await expect(compileProgram(spec)).rejects.toThrow(/not known while tracing/);
  });

  it('draws the same numbers for the same seed, with the right distribution', async () => {
    const draw = (kernel: string, attributes: object) => (seed: tf.Tensor) =>
      tf.engine().runKernel(kernel, { seed }, attributes as tf.NamedAttrMap) as tf.Tensor;
    const shape = [20000];
    const draws = {
      normal: draw('StatelessNormal', { shape }),
      uniform: draw('StatelessUniform', { shape }),
      integer: draw('StatelessInteger', { shape, low: 3, high: 7 }),
    };
    const fn: ProgramFunction['fn'] = ({ seed }) => ({
      outputs: Object.fromEntries(Object.entries(draws).map(([name, make]) => [name, make(seed!)])),
    });
    const functions = { f: { inputs: { seed: { shape: [2], dtype: 'int32' } as const }, fn } };
    const program = await compileProgram({ variables: new Map(), functions, precision: 'f32' });
    const at = (a: number, b: number) => program.call('f', { seed: tf.tensor1d([a, b], 'int32') });
    const [one, again, other] = [at(1, 2), at(1, 2), at(1, 3)];
    for (const name of Object.keys(draws)) {
      expect(one[name]!.dataSync()).toEqual(again[name]!.dataSync());
      expect(one[name]!.dataSync()).not.toEqual(other[name]!.dataSync());
    }
    const { mean, variance } = tf.moments(one.normal!);
    // Four standard errors of mean and variance of 20,000 draws.
    expect(Math.abs(mean.dataSync()[0]!)).toBeLessThan(4 / Math.sqrt(20000));
    expect(Math.abs(variance.dataSync()[0]! - 1)).toBeLessThan(4 * Math.sqrt(2 / 20000));
    expect(new Set(one.integer!.dataSync())).toEqual(new Set([3, 4, 5, 6]));
    expect(one.uniform!.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
    expect(one.uniform!.max().dataSync()[0]).toBeLessThan(1);
    program.dispose();
  });
});
