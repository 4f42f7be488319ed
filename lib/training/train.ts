/** A training run from preprocessed data to checkpoints: lock, resume, loop, save. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, Extra } from '../checkpoint/checkpoint';
import type { OnNotice, OnProgress } from '../config/progress';
import { toReferenceYaml } from '../config/reference-keys';
import type { Config } from '../config/schema';
import { type BatchPlan, createBatchPlan } from '../data/batches';
import { collate } from '../data/collate';
import type { PreprocessedDataset } from '../data/preprocess';
import { removeStaleTemporaries, writeFileAtomic } from '../storage/atomic-file';
import { lockFolder } from '../storage/folder-lock';
import { loadBaseVoice } from './base-voice';
import { learningRate } from './learning-rate';
import { type LoopResult, trainLoop } from './loop';
import { appendMetrics, type MetricsLine, truncateMetrics } from './metrics-log';
import { loadStart, type ResumeFrom } from './resume';
import { saveCheckpoint, setFutureAside } from './save';
import type { BatchShape, Trainer } from './trainer';

/** Everything that a run needs. */
export interface TrainOptions {
  readonly config: Config;
  readonly dataset: PreprocessedDataset;
  readonly encoderId: string;
  readonly pitchId: string;
  /** what the voice will be heard with, if it is there */
  readonly vocoderId?: string;
  /** the target's own frames for retrieval; null = none */
  readonly retrieval: Extra['retrieval'];
  readonly saveDir: string;
  readonly resume: ResumeFrom;
  /** path of a .ckpt whose weights a new run begins with; a resumed run has its own; default: none */
  readonly baseVoice?: string;
  readonly allowOtherData: boolean;
  /** builds the model on the device; `start` null = fresh weights by the seed */
  readonly createTrainer: (config: Config, start: Checkpoint | null) => Trainer;
  readonly mirror?: Mirror;
  /** hears of every line of the metrics log once it is written */
  readonly onMetrics?: (line: MetricsLine) => void;
  /** hears of every checkpoint once it is saved; training waits for it */
  readonly onSaved?: (checkpoint: Checkpoint) => Promise<void>;
  readonly progress: OnProgress;
  readonly notice: OnNotice;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  readonly now: () => number;
}

/** Who is told of checkpoints, so that they get to another place too. */
export interface Mirror {
  /** training goes on from `startStep` (0: new); nothing is saved before this resolves */
  begin(startStep: number): Promise<void>;
  /** a checkpoint is saved and verified here; returns at once. @param last no other one follows soon */
  offer(path: string, step: number, last: boolean): void;
}

/** How the run ended. */
export interface TrainResult extends LoopResult {
  /** newest checkpoint */
  readonly checkpointPath: string;
  readonly startStep: number;
}

const logInterval = 50;
const metricsName = 'metrics.jsonl';

/**
 * Trains until `config.training.maxUpdates` updates are done or the signal aborts; saves in both cases.
 * @throws UserError `folder-locked` when another training runs in `saveDir`, those of `loadStart` and `saveCheckpoint`
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  await mkdir(options.saveDir, { recursive: true });
  const lock = await lockFolder(options.saveDir, 'training', options.notice);
  try {
    removeStaleTemporaries(options.saveDir);
    return await trainLocked(options);
  } finally {
    await lock.release();
  }
}

async function trainLocked(options: TrainOptions): Promise<TrainResult> {
  const { dataset, saveDir, notice } = options;
  const start = await loadStart(options.resume, {
    saveDir,
    model: options.config.model,
    training: options.config.training,
    compat: options.config.compat,
    encoderId: options.encoderId,
    pitchId: options.pitchId,
    datasetFingerprint: dataset.fingerprint,
    allowOtherData: options.allowOtherData,
    notice,
  });
  const config = withSpecRange(options.config, dataset, start);
  const startStep = start === null ? 0 : updatesDone(start);
  const trainer = options.createTrainer(config, start ?? (await baseOf(options, config)));
  const before = start?.extra?.computation;
  if (before !== undefined && before !== trainer.computation) {
    notice(
      `So far computed by ${before}, from now on by ${trainer.computation}: training goes on, but not bit for bit.`,
    );
  }
  try {
    await writeFileAtomic(join(saveDir, 'config.yaml'), Buffer.from(toReferenceYaml(config)));
    const metricsPath = join(saveDir, metricsName);
    await setFutureAside(startStep, metricsName, options);
    await truncateMetrics(metricsPath, startStep);
    await options.mirror?.begin(startStep);
    const plan = createBatchPlan(dataset.training, config.training, config.compat);
    const validation = dataset.validation.map((item) => collate([item]));
    await trainer.prepare?.({ update: shapesAhead(plan, startStep, config.training.maxUpdates), validation });
    let checkpointPath = '';
    const result = await trainLoop({
      trainer,
      startStep,
      maxUpdates: config.training.maxUpdates,
      checkpointInterval: config.training.checkpointInterval,
      logInterval,
      batchAt: plan.batchAt,
      validation,
      learningRateAt: (update) => learningRate(update, config.training, config.compat.training),
      save: async (step) => {
        const checkpoint = await snapshot(trainer, step, plan.epochAt(step), config, options);
        checkpointPath = await saveCheckpoint(checkpoint, {
          saveDir,
          keep: config.training.numCkptKeep,
          now: options.now,
          notice,
        });
        options.mirror?.offer(
          checkpointPath,
          step,
          step === config.training.maxUpdates || options.signal.aborted,
        );
        await options.onSaved?.(checkpoint);
      },
      log: async (line) => {
        await appendMetrics(metricsPath, line);
        options.onMetrics?.(line);
      },
      progress: options.progress,
      signal: options.signal,
      clock: options.clock,
    });
    return { ...result, checkpointPath, startStep };
  } finally {
    trainer.dispose();
  }
}

/** The weights that a new run begins with; null: drawn from the seed. */
function baseOf({ baseVoice, encoderId, notice }: TrainOptions, config: Config): Promise<Checkpoint | null> {
  if (baseVoice === undefined) return Promise.resolve(null);
  return loadBaseVoice(baseVoice, { config, encoderId, notice });
}

/** Batches that are looked at before the first update, so that a trainer that compiles seldom has to stop later. */
const batchesAhead = 64;

function shapesAhead(plan: BatchPlan, from: number, maxUpdates: number): BatchShape[] {
  const count = Math.min(plan.batchesPerEpoch, batchesAhead, Math.max(0, maxUpdates - from));
  return Array.from({ length: count }, (_, i) => {
    const { size, frames, units } = plan.batchAt(from + i);
    return { size, frames, units };
  });
}

/** The checkpoint's own range is the one that its weights know; a fresh run takes the data's. */
function withSpecRange(config: Config, dataset: PreprocessedDataset, start: Checkpoint | null): Config {
  const specMin = start?.weights.get('spec_min');
  const specMax = start?.weights.get('spec_max');
  return {
    ...config,
    model: {
      ...config.model,
      specMin: specMin ? [...specMin.data] : [...dataset.specMin],
      specMax: specMax ? [...specMax.data] : [...dataset.specMax],
    },
  };
}

/** Our label n means n updates; a file of the reference holds one more than its name says (spec k.22). */
function updatesDone(checkpoint: Checkpoint): number {
  return checkpoint.extra === null ? checkpoint.step + 1 : checkpoint.step;
}

async function snapshot(
  trainer: Trainer,
  step: number,
  epoch: number,
  config: Config,
  options: TrainOptions,
): Promise<Checkpoint> {
  const state = await trainer.state();
  return {
    step,
    epoch,
    weights: state.weights,
    optimizer: state.optimizer,
    extra: {
      formatVersion: 1,
      config: JSON.stringify(config),
      seed: config.training.seed,
      datasetFingerprint: options.dataset.fingerprint,
      encoderId: options.encoderId,
      pitchId: options.pitchId,
      ...(options.vocoderId === undefined ? {} : { vocoderId: options.vocoderId }),
      profile: options.dataset.profile,
      retrieval: options.retrieval,
      computation: trainer.computation,
    },
  };
}
