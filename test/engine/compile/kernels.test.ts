import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../../lib/engine/backend';
import { gradientKernels } from '../../../lib/engine/compile/gradients';
import { supportedOps } from '../../../lib/engine/compile/kernels';
import { compileProgram } from '../../../lib/engine/compile/program';
import { dilatedConv, dilatedConvKernels } from '../../../lib/model/dilated-conv';
import type { Precision } from '../../../lib/tensor/program';
import { type KernelCase, kernelCases, uniform } from './cases';

beforeAll(() => loadEngine());

type Fn = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Results of functions in one program and as they are, side by side. */
async function bothWays(
  cases: readonly { readonly inputs: readonly tf.Tensor[]; readonly fn: Fn }[],
  precision: Precision = 'f32',
): Promise<{ actual: tf.Tensor[]; expected: tf.Tensor[] }[]> {
  const listed = (result: tf.Tensor | tf.Tensor[]): tf.Tensor[] =>
    Array.isArray(result) ? result : [result];
  const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
    Object.fromEntries(tensors.map((tensor, i) => [`in${i}`, tensor]));
  const functions = cases.map(({ inputs, fn }, i) => {
    const specs = inputs.map(({ shape }, k) => [`in${k}`, { shape, dtype: 'float32' as const }] as const);
    const run = (given: Readonly<Record<string, tf.Tensor>>) => {
      const results = listed(fn(...inputs.map((_, k) => given[`in${k}`]!)));
      return { outputs: Object.fromEntries(results.map((result, k) => [`out${k}`, result])) };
    };
    return [`f${i}`, { inputs: Object.fromEntries(specs), fn: run }] as const;
  });
  const program = await compileProgram({
    variables: new Map(),
    functions: Object.fromEntries(functions),
    precision,
  });
  const results = cases.map(({ inputs, fn }, i) => {
    const outputs = program.call(`f${i}`, named(inputs));
    const expected = listed(fn(...inputs));
    return { actual: expected.map((_, k) => outputs[`out${k}`]!), expected };
  });
  program.dispose();
  return results;
}

function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number, what: string): void {
  expect(actual.shape, what).toEqual(expected.shape);
  expect(actual.dtype, what).toBe(expected.dtype);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  const scale = Math.max(1, ...[...b].filter(Number.isFinite).map(Math.abs));
  a.forEach((value, i) => {
    if (value === b[i] || (Number.isNaN(value) && Number.isNaN(b[i]))) return;
    expect(Math.abs(value - b[i]!), `${what} [${i}]: ${value} and ${b[i]}`).toBeLessThanOrEqual(
      tolerance * scale,
    );
  });
}

describe('every kernel', () => {
  it('computes what the backend computes', async () => {
    const cases = kernelCases();
    const results = await bothWays(cases);
    results.forEach(({ actual, expected }, i) => {
      for (const [k, tensor] of actual.entries()) expectClose(tensor, expected[k]!, 2e-6, cases[i]!.kernel);
    });
  });

  it('has a case', () => {
    const elsewhere = ['StatelessNormal', 'StatelessUniform', 'StatelessInteger'];
    const covered = [
      ...kernelCases().map(({ kernel }) => kernel),
      ...elsewhere,
      ...Object.values(gradientKernels),
      ...Object.values(dilatedConvKernels),
    ];
    expect([...new Set(covered)].sort()).toEqual(supportedOps());
  });
});

const sumOfSquares = (fn: (x: tf.Tensor) => tf.Tensor): Fn => tf.grad((x) => fn(x).square().sum()) as Fn;

describe('gradients', () => {
  it('are those of tfjs', async () => {
    const cases = [tf.sigmoid, tf.tanh, tf.relu, tf.softplus, tf.erf, tf.sqrt, tf.log].map((fn) => ({
      inputs: [uniform([5, 7], 0.1, 2)],
      fn: sumOfSquares((x) => fn(x.sub(0.05))),
    }));
    const negative = [tf.sigmoid, tf.tanh, tf.relu].map((fn) => ({
      inputs: [uniform([5, 7], -3, 3)],
      fn: sumOfSquares(fn),
    }));
    for (const { actual, expected } of await bothWays([...cases, ...negative])) {
      expectClose(actual[0]!, expected[0]!, 2e-6, 'gradient');
    }
  });
});

/** Convolution, and the gradients of its squared sum. */
const convolution =
  (dilation: number): Fn =>
  (x, w) => {
    const value = dilatedConv(x as tf.Tensor3D, w as tf.Tensor3D, dilation);
    const loss = (a: tf.Tensor, b: tf.Tensor): tf.Scalar =>
      dilatedConv(a as tf.Tensor3D, b as tf.Tensor3D, dilation)
        .square()
        .sum();
    return [value, ...tf.grads(loss as Parameters<typeof tf.grads>[0])([x!, w!])];
  };

const convolutionCases = (): KernelCase[] =>
  [1, 2, 4, 8].map((dilation) => ({
    kernel: 'DilatedConv1D',
    inputs: [uniform([2, 11, 16]), uniform([3, 16, 32], -0.2, 0.2)],
    fn: convolution(dilation),
  }));

describe('dilated convolution', () => {
  // bfloat16 keeps 8 bits and float16 11: a product of two rounded factors is off by at most 2^-8 and 2^-11 of itself, a sum
  // of 48 such products by less than that share of the sum of their sizes, and the result is rounded once more.
  it.each<[Precision, number]>([
    ['f32', 2e-6],
    ['bf16', 2 ** -6],
    ['f16', 2 ** -9],
  ])('with its gradients is that of tfjs in %s', async (precision, tolerance) => {
    for (const { actual, expected } of await bothWays(convolutionCases(), precision)) {
      for (const [k, tensor] of actual.entries()) expectClose(tensor, expected[k]!, tolerance, `result ${k}`);
    }
  });
});

describe('matrix products in lower precision', () => {
  it.each<[Precision, number]>([
    ['bf16', 2 ** -8],
    ['f16', 2 ** -11],
  ])('%s: factors are rounded once, sums are kept in float32', async (precision, half) => {
    const [a, b] = [uniform([8, 400]), uniform([400, 8])];
    const [{ actual, expected }] = (await bothWays(
      [{ inputs: [a, b], fn: (x, y) => tf.matMul(x!, y!) }],
      precision,
    )) as [{ actual: tf.Tensor[]; expected: tf.Tensor[] }];
    const sizes = tf.matMul(a.abs(), b.abs()).dataSync();
    const [found, exact] = [actual[0]!.dataSync(), expected[0]!.dataSync()];
    const share = found.map((value, i) => Math.abs(value - exact[i]!) / sizes[i]!);
    // Errors of both factors and of the result, of which each is at most `half` of the size.
    expect(Math.max(...share)).toBeLessThan(3 * half);
    expect(Math.max(...share)).toBeGreaterThan(0);
  });
});

describe('activations in lower precision', () => {
  const run = async (fullPrecision: readonly string[]): Promise<Float32Array> => {
    const program = await compileProgram({
      variables: new Map([['w', { shape: [1, 1, 1, 1], data: Float32Array.of(1) }]]),
      functions: {
        sum: {
          inputs: { x: { shape: [1, 1, 1, 1], dtype: 'float32' } },
          fn: ({ x }, v) => {
            const y = tf.conv2d(x as tf.Tensor4D, v.get('w') as tf.Tensor4D, 1, 'same');
            return { outputs: { z: tf.leakyRelu(tf.add(y, y), 0.1) } };
          },
        },
      },
      precision: 'bf16',
      activations: 'precision',
      fullPrecision: new Set(fullPrecision),
    });
    const z = program.call('sum', { x: tf.tensor4d([-(1 + 2 ** -12)], [1, 1, 1, 1]) }).z!;
    program.dispose();
    return z.dataSync<'float32'>();
  };

  it('round to it, except behind variables of full precision', async () => {
    // bfloat16 has 8 significant bits: 1 + 2^-12 becomes 1, and -0.2 the nearest multiple of 2^-10.
    expect(Math.abs((await run([]))[0]! + 0.2)).toBeLessThanOrEqual(2 ** -11);
    expect((await run(['w']))[0]!).toBeCloseTo(-0.2 * (1 + 2 ** -12), 7);
    expect((await run([]))[0]! * 2 ** 10).toBe(Math.round((await run([]))[0]! * 2 ** 10));
  });
});
