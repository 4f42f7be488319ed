/**
 * Which items, and which frames of them, an update trains on: a pure function of seed and update number, so that a
 * resume needs the number only. Passes run over the data once; an epoch is one pass, or 1000 with `endlessDs`.
 */

import { UserError } from '../config/errors';
import type { CompatConfig, TrainingConfig } from '../config/schema';
import { Philox, streams } from '../random/philox';
import { planBatches } from './plan-batches';

/** The frames of one item that a batch holds. */
export interface Crop {
  /** index of the item */
  readonly item: number;
  readonly startFrame: number;
  /** at least 1; `startFrame + frames` never exceeds the item */
  readonly frames: number;
}

/** One update's share of the data. */
export interface ScheduledBatch {
  readonly epoch: number;
  /** which batch of the epoch, from 0 */
  readonly position: number;
  readonly crops: readonly Crop[];
}

/** The batches of a whole run. */
export interface BatchSchedule {
  readonly batchesPerEpoch: number;
  /** @param update number of the update, from 0 */
  batchAt(update: number): ScheduledBatch;
}

/** The settings that decide on batches. */
export type ScheduleConfig = Pick<
  TrainingConfig,
  'seed' | 'maxTokens' | 'maxSentences' | 'maxFrames' | 'cropFrames' | 'endlessDs' | 'sortByLen'
>;

/** Passes in one epoch with `endlessDs` (spec section g). */
export const endlessPasses = 1000;

/**
 * Builds the schedule of a run.
 *
 * Whole items (`cropFrames` null, spec section g): every pass permutes the items, sorts them by length, fills batches
 * and shuffles those; `compat.training` keeps the batches of the first pass, and their order too unless `endlessDs`
 * (k.21). Items are cut to their first `maxFrames`. Without `sortByLen` the groups of the first pass are kept in either
 * mode: their number must not vary, or the update number would not tell the epoch.
 *
 * Crops: see `cropPass`.
 * @param lengths frames of every item
 * @throws UserError `no-items`, `item-exceeds-batch`, `crop-exceeds-batch`
 */
export function createBatchSchedule(
  lengths: readonly number[],
  config: ScheduleConfig,
  compat: Pick<CompatConfig, 'training'>,
): BatchSchedule {
  if (lengths.length === 0) {
    throw new UserError('no-items', 'Expected at least one training item, got none', 'Add recordings.');
  }
  const { pass, batchesPerPass } =
    config.cropFrames === null
      ? wholeItemPasses(lengths, config, compat)
      : cropPasses(lengths, config, config.cropFrames);
  const passesPerEpoch = config.endlessDs ? endlessPasses : 1;
  const batchesPerEpoch = batchesPerPass * passesPerEpoch;
  const cached = rememberLast(pass);
  return {
    batchesPerEpoch,
    batchAt(update) {
      const passIndex = Math.floor(update / batchesPerPass);
      return {
        epoch: Math.floor(update / batchesPerEpoch),
        position: update % batchesPerEpoch,
        crops: cached(passIndex)[update % batchesPerPass]!,
      };
    },
  };
}

type Pass = (index: number) => readonly (readonly Crop[])[];
interface Passes {
  readonly pass: Pass;
  readonly batchesPerPass: number;
}

/** Updates come in order, so remembering one pass saves planning it anew for each. */
function rememberLast(pass: Pass): Pass {
  let last: { index: number; batches: ReturnType<Pass> } | undefined;
  return (index) => {
    if (last?.index !== index) last = { index, batches: pass(index) };
    return last.batches;
  };
}

function wholeItemPasses(
  lengths: readonly number[],
  config: ScheduleConfig,
  compat: Pick<CompatConfig, 'training'>,
): Passes {
  const frames = lengths.map((length) => Math.min(length, config.maxFrames));
  const groups = (random: Philox): Crop[][] => {
    const order = [...random.permutation(lengths.length)];
    // by the uncut length, as the reference
    if (config.sortByLen) order.sort((a, b) => lengths[a]! - lengths[b]!);
    const ordered = order.map((item) => ({ item, startFrame: 0, frames: frames[item]! }));
    const plan = planBatches(
      ordered.map((crop) => crop.frames),
      config,
    );
    return plan.map((positions) => positions.map((position) => ordered[position]!));
  };
  const first = groups(orderRandom(config.seed, 0, 'items'));
  const keepGroups = compat.training || !config.sortByLen;
  const pass: Pass = (index) => {
    const batches = keepGroups ? first : groups(orderRandom(config.seed, index, 'items'));
    const orderIndex = !compat.training ? index : config.endlessDs ? index % endlessPasses : 0;
    const order = orderRandom(config.seed, orderIndex, 'batches').permutation(batches.length);
    return Array.from(order, (batch) => batches[batch]!);
  };
  return { pass, batchesPerPass: first.length };
}

/** Items and batches of a pass draw from separate generators, so that keeping one does not move the other. */
function orderRandom(seed: number, pass: number, what: 'items' | 'batches'): Philox {
  return new Philox(seed, streams.order, 2 * pass + (what === 'items' ? 0 : 1));
}

/**
 * Crops of equal length, as many in a pass as it takes to hold all frames once. Drawn in proportion to length, so every
 * frame has the same chance whether its item is short or long, and evenly: the items laid end to end are cut into as
 * many equal stretches as there are draws, and each stretch gives one random position, the middle of a crop. Plain draws
 * would leave out 1/e of the data in a pass.
 */
function cropPasses(lengths: readonly number[], config: ScheduleConfig, cropFrames: number): Passes {
  const size = Math.min(config.maxSentences, Math.floor(config.maxTokens / cropFrames));
  if (size < 1) {
    throw new UserError(
      'crop-exceeds-batch',
      `Expected cropFrames to be at most maxTokens ${config.maxTokens}, got ${cropFrames}`,
      'Lower training.cropFrames or raise training.maxTokens.',
    );
  }
  const ends: number[] = [];
  let total = 0;
  for (const length of lengths) ends.push((total += length));
  const batchesPerPass = Math.max(1, Math.ceil(total / (cropFrames * size)));
  const draws = batchesPerPass * size;
  const pass: Pass = (index) => {
    const order = orderRandom(config.seed, index, 'items').permutation(draws);
    const random = new Philox(config.seed, streams.crop, index);
    const crops: Crop[] = new Array(draws);
    let item = 0;
    for (let draw = 0; draw < draws; draw++) {
      const position = Math.min(total - 1, Math.floor(((draw + random.uniform()) * total) / draws));
      while (ends[item]! <= position) item++;
      crops[order[draw]!] = cropAround(
        item,
        lengths[item]!,
        position - ends[item]! + lengths[item]!,
        cropFrames,
      );
    }
    return Array.from({ length: batchesPerPass }, (_, batch) =>
      crops.slice(batch * size, (batch + 1) * size),
    );
  };
  return { pass, batchesPerPass };
}

function cropAround(item: number, length: number, middle: number, cropFrames: number): Crop {
  const frames = Math.min(length, cropFrames);
  const startFrame = Math.min(Math.max(middle - Math.floor(frames / 2), 0), length - frames);
  return { item, startFrame, frames };
}
