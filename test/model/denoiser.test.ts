import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { denoise, projectCondition } from '../../lib/model/denoiser';
import { dilatedConv } from '../../lib/model/dilated-conv';
import { stepEmbedding } from '../../lib/model/step-embedding';
import { Philox, streams } from '../../lib/random/philox';
import { smallConfig, smallTensors } from '../support/small-model';

beforeAll(() => loadEngine());

function random(shape: [number, number, number], seed: number): tf.Tensor3D {
  return tf.tensor3d(new Philox(seed, streams.noise).normals(shape[0] * shape[1] * shape[2]), shape);
}

/** The definition, on the host: y[t] = sum over k of W[k] x[t + (k - 1) d]. */
function convolve(x: tf.Tensor3D, weight: tf.Tensor3D, dilation: number): number[] {
  const [B, T, C] = x.shape;
  const out = weight.shape[2];
  const [xs, ws] = [x.dataSync(), weight.dataSync()];
  const y = new Array<number>(B * T * out).fill(0);
  for (let i = 0; i < y.length; i++) {
    const [b, t, o] = [Math.floor(i / (T * out)), Math.floor(i / out) % T, i % out];
    for (let k = 0; k < 3; k++) {
      const from = t + (k - 1) * dilation;
      if (from < 0 || from >= T) continue;
      for (let c = 0; c < C; c++) y[i]! += xs[(b * T + from) * C + c]! * ws[(k * C + c) * out + o]!;
    }
  }
  return y;
}

describe('dilatedConv', () => {
  it.each([
    [1, 7],
    [2, 7],
    [4, 8],
    [8, 21],
    [8, 3],
  ])('equals its definition: dilation %i, %i frames', (dilation, frames) => {
    tf.tidy(() => {
      const x = random([2, frames, 3], 1);
      const weight = random([3, 3, 4], 2);
      const y = dilatedConv(x, weight, dilation);
      expect(y.shape).toEqual([2, frames, 4]);
      const expected = convolve(x, weight, dilation);
      y.dataSync().forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 4);
      });
    });
  });

  it('has the gradient of a linear map: <dy, y(v)> = <dx, v>', () => {
    tf.tidy(() => {
      const [x, v, dy] = [random([2, 9, 3], 1), random([2, 9, 3], 3), random([2, 9, 4], 4)];
      const weight = random([3, 3, 4], 2);
      const dx = tf.grad((input) => dilatedConv(input as tf.Tensor3D, weight, 4))(x, dy);
      const left = dilatedConv(v, weight, 4).mul(dy).sum().dataSync()[0]!;
      expect(dx.mul(v).sum().dataSync()[0]).toBeCloseTo(left, 3);
    });
  });
});

describe('denoise', () => {
  const config = smallConfig().model;

  it('treats items of a batch apart from each other', () => {
    tf.tidy(() => {
      const weights = smallTensors(smallConfig());
      const x = random([3, 10, config.melBins], 1);
      const projected = projectCondition(weights, config, random([3, 10, config.hiddenSize], 2));
      const t = tf.tensor1d([5, 500, 999], 'int32');
      const all = denoise(weights, config, x, t, projected).slice([1, 0, 0], [1, 10, config.melBins]);
      const own = denoise(
        weights,
        config,
        x.slice([1, 0, 0], [1, 10, config.melBins]),
        tf.tensor1d([500], 'int32'),
        projected.map((p) => p.slice([1, 0, 0], [1, 10, 2 * config.residualChannels])),
      );
      expect(all.sub(own).abs().max().dataSync()[0]).toBeLessThan(1e-5);
    });
  });

  it('leaves nothing behind but its result', () => {
    const weights = smallTensors(smallConfig());
    const x = random([1, 10, config.melBins], 1);
    const cond = random([1, 10, config.hiddenSize], 2);
    const t = tf.tensor1d([3], 'int32');
    const before = tf.memory().numTensors;
    const projected = projectCondition(weights, config, cond);
    const out = denoise(weights, config, x, t, projected);
    expect(tf.memory().numTensors - before).toBe(config.residualLayers + 1);
    tf.dispose([x, cond, t, out, ...projected, ...weights.values()]);
  });
});

it('stepEmbedding has sines first, then cosines, from 1 to 1/10000 of a radian per step', () => {
  tf.tidy(() => {
    const row = stepEmbedding(tf.tensor1d([0, 1], 'int32'), 8).arraySync();
    expect(row[0]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(row[1]![0]).toBeCloseTo(Math.sin(1), 6);
    expect(row[1]![3]).toBeCloseTo(1e-4, 8);
  });
});
