/** Whole training steps of a small model (spec section g): gradients, losses, norms, rates, parameters. */
import * as tf from '@tensorflow/tfjs';
import { type Config, configSchema } from '../../lib/config/schema';
import type { Batch } from '../../lib/data/batch';
import { scheduleFromBuffers } from '../../lib/model/noise-schedule';
import type { HostTensor } from '../../lib/model/parameters';
import { learningRate } from '../../lib/training/learning-rate';
import { diffusionLoss } from '../../lib/training/loss';
import {
  createRun,
  disposeRun,
  gradients,
  lossInput,
  type Run,
  type StepDraws,
  trainStep,
} from '../../lib/training/step';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { modelConfigOf } from './model-config';
import { tensorsUnder } from './tensors';
import { torchOrder, weightsFrom } from './torch-layout';

export function configOf(fixture: Fixture): Config {
  const model = modelConfigOf(fixture.config);
  return configSchema.parse({
    audio: { melBins: model.melBins },
    model,
    training: {
      loss: /_l1/.test(fixture.file) ? 'l1' : 'l2',
      learningRate: fixture.config.lr,
      decaySteps: fixture.config.decay_steps,
    },
    compat: { loss: true, training: true },
  });
}

export function batchOf(fixture: Fixture, index: number): Batch {
  const prefix = `batch${index}`;
  const [size, frames] = fixture.shape(`${prefix}/mel2ph`) as [number, number];
  const mel2ph = fixture.ints(`${prefix}/mel2ph`);
  return {
    size,
    frames,
    units: fixture.shape(`${prefix}/hubert`)[1]!,
    mel: fixture.data(`${prefix}/mels`),
    unitData: fixture.data(`${prefix}/hubert`),
    mel2ph,
    f0Log2: fixture.data(`${prefix}/f0`),
    lengths: Int32Array.from({ length: size }, (_, b) =>
      mel2ph.subarray(b * frames, (b + 1) * frames).reduce((n, unit) => n + (unit > 0 ? 1 : 0), 0),
    ),
  };
}

/** Recorded draws of a step; the noise lies as [B, 1, M, T]. */
export function drawsOf(fixture: Fixture, update: number): StepDraws {
  const name = `noise/${String(update).padStart(2, '0')}`;
  const [B, , M, T] = fixture.shape(name) as [number, number, number, number];
  const row = fixture.shape('t')[1]!;
  return {
    update,
    t: fixture.ints('t').slice(update * row, update * row + B),
    noise: tf.tidy(() =>
      tf.tensor3d(fixture.data(name), [B, M, T]).transpose([0, 2, 1]).dataSync<'float32'>(),
    ),
  };
}

/** The fixture's weights on the host, in our layout. */
function initialOf(fixture: Fixture): Map<string, HostTensor> {
  const weights = [...weightsFrom(fixture, 'init/')];
  const host = weights.map(([name, tensor]): [string, HostTensor] => [
    name,
    { shape: tensor.shape, data: tensor.dataSync<'float32'>() },
  ]);
  tf.dispose(weights.map(([, tensor]) => tensor));
  return new Map(host);
}

function reportGradients(run: Run, batch: Batch, draws: StepDraws, report: Report): void {
  tf.tidy(() => {
    const input = lossInput(batch, draws, run.config);
    const { grads } = gradients(run, () => diffusionLoss(run.weights, run.config, run.schedule, input));
    for (const [name, grad] of grads) report(`grad1/model.${name}`, torchOrder(name, grad));
  });
}

async function run(fixture: Fixture, report: Report): Promise<void> {
  const config = configOf(fixture);
  const training = createRun(config, scheduleFromBuffers(tensorsUnder(fixture, 'init/')), initialOf(fixture));
  const batches = new Set(fixture.names('batch').map((name) => name.split('/')[0])).size;
  const steps = fixture.shape('loss')[0]!;
  const series = { loss: [] as number[], grad_norm: [] as number[], lr: [] as number[] };
  for (let update = 0; update < steps; update++) {
    const batch = batchOf(fixture, update % batches);
    const draws = drawsOf(fixture, update);
    if (update === 0) reportGradients(training, batch, draws, report);
    const { loss, gradNorm } = trainStep(training, batch, draws);
    series.loss.push(loss.dataSync()[0]!);
    series.grad_norm.push(gradNorm.dataSync()[0]!);
    series.lr.push(learningRate(update, config.training, config.compat.training));
    tf.dispose([loss, gradNorm]);
    const prefix = `step${String(update + 1).padStart(2, '0')}/model.`;
    for (const name of fixture.names(prefix)) {
      const key = name.slice(prefix.length);
      report(name, torchOrder(key, training.weights.get(key)!));
    }
  }
  for (const [name, values] of Object.entries(series)) report(name, values);
  disposeRun(training);
}

export const trainingGroup: ParityGroup = {
  name: 'training',
  files: ['training_l2.safetensors', 'training_l1_fs2.safetensors'],
  isInput: () => false,
  run,
};
