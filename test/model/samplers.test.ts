import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { projectCondition } from '../../lib/model/denoiser';
import { noisePredictor } from '../../lib/model/noise-predictor';
import { createSchedule, noiseFromX0 } from '../../lib/model/noise-schedule';
import { sampleDdim } from '../../lib/model/sample-ddim';
import { sampleDdpm } from '../../lib/model/sample-ddpm';
import { samplePlms, samplePlmsReference } from '../../lib/model/sample-plms';
import { evenMoves, type PredictNoise, type SamplerOptions, samplerNoise } from '../../lib/model/sampler';
import { smallConfig, smallTensors } from '../support/small-model';

beforeAll(() => loadEngine());
const schedule = createSchedule({ timesteps: 1000, maxBeta: 0.02 });
const shape: [number, number, number] = [2, 5, 3];
const samplers = { ddpm: sampleDdpm, ddim: sampleDdim, plms: samplePlms };
const named = Object.entries(samplers);

function options(change: Partial<SamplerOptions> = {}): SamplerOptions {
  return { kStep: 1000, speedup: 50, noise: samplerNoise(1, 0), ...change };
}

const start = (): tf.Tensor3D => samplerNoise(1, 0)(shape, 1000);

/** All data are one mel: the noise is known exactly. */
const mel = Array.from({ length: 30 }, (_, i) => Math.sin(i));
const onePoint: PredictNoise = (x, t) => tf.tidy(() => noiseFromX0(schedule, x, tf.tensor3d(mel, shape), t));

/** Data are N(0, spread^2): the best prediction is linear in x. */
const spread = 0.25;
const gaussian: PredictNoise = (x, t) => {
  const kept = schedule.alphasCumprod[t.dataSync()[0]!]!;
  return tf.tidy(() => x.mul<tf.Tensor3D>(Math.sqrt(1 - kept) / (kept * spread ** 2 + 1 - kept)));
};

describe.each(named)('%s', (_name, sample) => {
  it.each([1000, 505, 50, 7, 1])('finds a known mel from step %i, in a batch', async (kStep) => {
    const xT = start();
    const out = await sample(onePoint, xT, schedule, options({ kStep }));
    expect(out.shape).toEqual(shape);
    out.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(mel[i]!, 3);
    });
    tf.dispose([xT, out]);
  });

  it('frees all but its result, also when cancelled', async () => {
    const xT = start();
    const before = tf.memory().numTensors;
    const out = await sample(onePoint, xT, schedule, options({ kStep: 200 }));
    expect(tf.memory().numTensors).toBe(before + 1);
    out.dispose();
    const stop = new AbortController();
    const seen: number[] = [];
    const cancelled = sample(
      onePoint,
      xT,
      schedule,
      options({
        kStep: 200,
        signal: stop.signal,
        onStep: ({ done }) => {
          seen.push(done);
          if (done === 3) stop.abort(new Error('enough'));
        },
      }),
    );
    await expect(cancelled).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2, 3]);
    expect(tf.memory().numTensors).toBe(before);
    xT.dispose();
  });

  it('lets timers run between its steps', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    const xT = start();
    const out = await sample(onePoint, xT, schedule, options({ kStep: 200, speedup: 2 }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    tf.dispose([xT, out]);
  });
});

describe('accuracy', () => {
  it('PLMS comes nearer to the exact path than DDIM, and both improve with steps', async () => {
    const xT = start();
    const first = schedule.alphasCumprod[999]!;
    const exact = [...xT.dataSync()].map((v) => (v * spread) / Math.sqrt(first * spread ** 2 + 1 - first));
    const error = async (sample: typeof sampleDdim, speedup: number): Promise<number> => {
      const out = await sample(gaussian, xT, schedule, options({ speedup }));
      const worst = Math.max(...[...out.dataSync()].map((v, i) => Math.abs(v - exact[i]!)));
      out.dispose();
      return worst;
    };
    const [ddim, plms] = [await error(sampleDdim, 10), await error(samplePlms, 10)];
    expect(plms).toBeLessThan(ddim / 5);
    expect(ddim).toBeLessThan(await error(sampleDdim, 50));
    expect(plms).toBeLessThan(await error(samplePlms, 50));
    xT.dispose();
  });

  it('DDPM has the spread of the data', async () => {
    const xT = samplerNoise(3, 0)([1, 100, 10], 1000);
    const out = await sampleDdpm(gaussian, xT, schedule, options());
    const found = Math.sqrt(tf.tidy(() => out.square().mean().dataSync()[0]!));
    expect(Math.abs(found / spread - 1)).toBeLessThan(0.1);
    tf.dispose([xT, out]);
  });
});

describe('moves', () => {
  it('start at the level of the start and end at the clean mel', () => {
    expect(evenMoves(1000, 10)).toHaveLength(100);
    expect(evenMoves(1000, 10)[0]).toEqual({ t: 999, next: 989 });
    expect(evenMoves(1000, 10).at(-1)).toEqual({ t: 9, next: -1 });
    expect(evenMoves(505, 10).at(-1)).toEqual({ t: 4, next: -1 });
    expect(evenMoves(3, 10)).toEqual([{ t: 2, next: -1 }]);
  });

  it.each([
    ['plms', 999, samplePlms],
    ['reference', 990, samplePlmsReference],
  ])('%s: 101 predictions for 100 moves, from step %i', async (_name, first, sample) => {
    const steps: number[] = [];
    const xT = start();
    const count: PredictNoise = (x, t) => {
      steps.push(t.dataSync()[0]!);
      return onePoint(x, t);
    };
    const out = await sample(count, xT, schedule, options({ speedup: 10 }));
    expect(steps).toHaveLength(101);
    expect(steps[0]).toBe(first);
    tf.dispose([xT, out]);
  });

  it('the reference refuses a start that its speedup skips', async () => {
    const xT = start();
    const refused = samplePlmsReference(onePoint, xT, schedule, options({ kStep: 10, speedup: 10 }));
    await expect(refused).rejects.toMatchObject({ code: 'plms-start-too-late' });
    xT.dispose();
  });
});

describe('noisePredictor', () => {
  it('turns a clamped prediction of the mel into noise', () => {
    tf.tidy(() => {
      const config = smallConfig({ model: { output: 'x0' } }).model;
      const weights = smallTensors(smallConfig());
      const x = samplerNoise(1, 0)([1, 4, config.melBins], 0);
      const projected = projectCondition(weights, config, tf.zeros([1, 4, config.hiddenSize]));
      const t = tf.tensor1d([300], 'int32');
      const raw = noisePredictor(weights, { ...config, output: 'noise' }, schedule, projected)(x, t);
      const noise = noisePredictor(weights, config, schedule, projected)(x, t);
      const [a, b] = [schedule.sqrtAlphasCumprod[300]!, schedule.sqrtOneMinusAlphasCumprod[300]!];
      const [xs, rs] = [x.dataSync(), raw.dataSync()];
      noise.dataSync().forEach((value, i) => {
        expect(value).toBeCloseTo((xs[i]! - a * Math.max(-1, Math.min(1, rs[i]!))) / b, 4);
      });
    });
  });
});
