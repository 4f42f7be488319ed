/** The noise schedule, its relations, and whole trajectories of DDPM and the reference's PLMS (spec sections f, h). */
import * as tf from '@tensorflow/tfjs';
import { condition } from '../../lib/model/conditioner';
import { projectCondition } from '../../lib/model/denoiser';
import { initialWeights } from '../../lib/model/initial-weights';
import { noisePredictor } from '../../lib/model/noise-predictor';
import {
  addNoise,
  createSchedule,
  type NoiseSchedule,
  posteriorMean,
  scheduleFromBuffers,
  valuesAt,
  x0FromNoise,
} from '../../lib/model/noise-schedule';
import { denormalizeMel, type MelRange, normalizeMel } from '../../lib/model/normalize-mel';
import { diffusionBufferNames } from '../../lib/model/parameters';
import { sampleDdpm } from '../../lib/model/sample-ddpm';
import { samplePlmsReference } from '../../lib/model/sample-plms';
import type { PredictNoise } from '../../lib/model/sampler';
import type { Weights } from '../../lib/model/weights';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { modelConfigOf } from './model-config';
import { tensorsUnder } from './tensors';
import { channelsFirstOf, channelsLastOf, weightsFrom } from './torch-layout';

type Triple = [number, number, number];

function reportSchedule(fixture: Fixture, report: Report, schedule: NoiseSchedule): void {
  const config = modelConfigOf(fixture.config);
  const small = { ...config, residualChannels: 4, residualLayers: 1 };
  const fresh = initialWeights({ ...small, timesteps: schedule.timesteps }, 0);
  for (const name of diffusionBufferNames) report(`buffer/${name}`, fresh.get(name)!.data);
}

function reportRelations(fixture: Fixture, report: Report, schedule: NoiseSchedule): void {
  tf.tidy(() => {
    const x0 = channelsLastOf(fixture, 'q/x0');
    const noise = channelsLastOf(fixture, 'q/noise');
    const t = tf.tensor1d(fixture.ints('q/t'), 'int32');
    const x = addNoise(schedule, x0, noise, t);
    report('q/x_t', channelsFirstOf(x));
    report('q/x0_back', channelsFirstOf(x0FromNoise(schedule, x, noise, t)));
    report('q/post_mean', channelsFirstOf(posteriorMean(schedule, x, x0, t)));
    report('q/post_logvar', valuesAt(schedule.posteriorLogVarianceClipped, t).dataSync());
  });
}

function reportRange(fixture: Fixture, report: Report, range: MelRange): void {
  tf.tidy(() => {
    const norm = normalizeMel(
      tf.tensor3d(fixture.data('spec/mel'), fixture.shape('spec/mel') as Triple),
      range,
    );
    report('spec/norm', norm.dataSync());
    report('spec/denorm', denormalizeMel(norm, range).dataSync());
  });
}

function conditionOf(fixture: Fixture, weights: Weights): tf.Tensor3D {
  const pair = (name: string): [number, number] => fixture.shape(name) as [number, number];
  return tf.tidy(() =>
    condition(weights, modelConfigOf(fixture.config), {
      units: tf.tensor3d(fixture.data('in/hubert'), fixture.shape('in/hubert') as Triple),
      mel2ph: tf.tensor2d(fixture.ints('in/mel2ph'), pair('in/mel2ph'), 'int32'),
      f0Log2: tf.tensor2d(fixture.data('in/f0_log2'), pair('in/f0_log2')),
    }),
  );
}

/** Start of a run: the recorded one, or the input mel with the recorded noise at step `kStep - 1`. */
function startOf(
  fixture: Fixture,
  name: string,
  kStep: number,
  schedule: NoiseSchedule,
  range: MelRange,
): tf.Tensor3D {
  if (fixture.has(`${name}/x_start`)) return channelsLastOf(fixture, `${name}/x_start`);
  return tf.tidy(() => {
    const mel = tf.tensor3d(fixture.data('in/ref_mel'), fixture.shape('in/ref_mel') as Triple);
    const t = tf.tensor1d([kStep - 1], 'int32');
    return addNoise(schedule, normalizeMel(mel, range), channelsLastOf(fixture, `${name}/q_noise`), t);
  });
}

/** Runs one recorded trajectory, `ddpm` or `plms<speedup>`, with `_gt<kStep>` for a start from the input mel. */
async function reportTrajectory(
  fixture: Fixture,
  report: Report,
  name: string,
  predict: PredictNoise,
  schedule: NoiseSchedule,
): Promise<void> {
  const [, speedup, gtStep] = /^(?:ddpm|plms(\d+))(?:_gt(\d+))?$/.exec(name)!;
  const range = modelConfigOf(fixture.config);
  const kStep = gtStep ? Number(gtStep) : schedule.timesteps;
  const xT = startOf(fixture, name, kStep, schedule, range);
  const rows = new Map([...fixture.ints(`${name}/t`)].map((t, row) => [t, row]));
  const x = new Float32Array(fixture.data(`${name}/x`).length);
  const [, M, T] = fixture.shape(`${name}/x`) as Triple;
  let calls = 0;
  const counted: PredictNoise = (input, t) => {
    calls++;
    return predict(input, t);
  };
  const sample = speedup ? samplePlmsReference : sampleDdpm;
  const out = await sample(counted, xT, schedule, {
    kStep,
    speedup: Number(speedup ?? 1),
    noise: (_shape, t) =>
      tf.tidy(() => {
        const start = (kStep - 1 - t) * M * T;
        const recorded = fixture.data(`${name}/noises`).subarray(start, start + M * T);
        return tf.tensor3d(recorded, [1, M, T]).transpose([0, 2, 1]);
      }),
    onStep: (step) => {
      const row = rows.get(step.t);
      if (row !== undefined) x.set(channelsFirstOf(step.x), row * M * T);
    },
  });
  report(`${name}/x`, x);
  report(
    `${name}/mel_out`,
    tf.tidy(() => maskedMel(fixture, out, range).dataSync()),
  );
  tf.dispose([xT, out]);
  const expected = fixture.data(`${name}/denoiser_calls`)[0];
  if (calls !== expected) throw new Error(`Expected ${expected} predictions in ${name}, got ${calls}`);
}

/** The model's output: denormalised, 0 in padding. */
function maskedMel(fixture: Fixture, x: tf.Tensor3D, range: MelRange): tf.Tensor3D {
  const real = tf.tensor(fixture.data('in/mel2ph'), [1, x.shape[1], 1]).greater(0).cast('float32');
  return denormalizeMel(x, range).mul(real);
}

async function run(fixture: Fixture, report: Report): Promise<void> {
  const config = modelConfigOf(fixture.config);
  reportSchedule(
    fixture,
    report,
    createSchedule({ ...config, timesteps: fixture.data('buffer/betas').length }),
  );
  const schedule = scheduleFromBuffers(tensorsUnder(fixture, 'buffer/'));
  reportRelations(fixture, report, schedule);
  reportRange(fixture, report, config);
  const weights = weightsFrom(fixture, 'w/', (rest) => `denoise_fn.${rest}`);
  weights.set(
    'fs2.pitch_embed.weight',
    tf.tensor(fixture.data('in/pitch_embed.weight'), fixture.shape('in/pitch_embed.weight')),
  );
  const cond = conditionOf(fixture, weights);
  report('cond', channelsFirstOf(cond));
  const projected = projectCondition(weights, config, cond);
  const predict = noisePredictor(weights, config, schedule, projected);
  const trajectories = fixture.names().filter((name) => name.endsWith('/denoiser_calls'));
  for (const name of trajectories) {
    await reportTrajectory(fixture, report, name.split('/')[0]!, predict, schedule);
  }
  tf.dispose([...weights.values(), cond, ...projected]);
}

export const diffusionGroup: ParityGroup = {
  name: 'diffusion',
  files: ['diffusion.safetensors'],
  isInput: (_file, tensor) => tensor === 'spec/mel',
  run,
};
