/** The batches of a run, by update number. */
import type { CompatConfig, TrainingConfig } from '../config/schema';
import type { Batch, TrainingItem } from './batch';
import { createBatchSchedule } from './batch-schedule';
import { collate } from './collate';

/** What the training loop asks for data. */
export interface BatchPlan {
  readonly batchesPerEpoch: number;
  /** @param update number of the update, from 0 */
  batchAt(update: number): Batch;
  /** epoch that update number `update` belongs to, from 0 */
  epochAt(update: number): number;
}

/**
 * Batches of `items` as a pure function of the update number (`createBatchSchedule` says which).
 * @throws UserError `no-items`, `item-exceeds-batch`, `crop-exceeds-batch`
 */
export function createBatchPlan(
  items: readonly TrainingItem[],
  config: TrainingConfig,
  compat: Pick<CompatConfig, 'training'>,
): BatchPlan {
  const schedule = createBatchSchedule(
    items.map((item) => item.mel.frames),
    config,
    compat,
  );
  return {
    batchesPerEpoch: schedule.batchesPerEpoch,
    batchAt: (update) => collate(items, schedule.batchAt(update).crops, config.maxInputTokens),
    epochAt: (update) => Math.floor(update / schedule.batchesPerEpoch),
  };
}
