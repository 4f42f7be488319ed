import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../../lib/config/schema';
import { createBatchSchedule, endlessPasses, type ScheduledBatch } from '../../lib/data/batch-schedule';

const lengths = [30, 12, 7, 44, 25, 18, 9, 31, 12, 50, 26, 8];
const config = trainingSchema.parse({ maxSentences: 4, maxTokens: 150, seed: 7 });
const right = { training: false };
const compat = { training: true };

function items(batch: ScheduledBatch): number[] {
  return batch.crops.map((crop) => crop.item);
}

function epoch(schedule: ReturnType<typeof createBatchSchedule>, index: number): ScheduledBatch[] {
  return Array.from({ length: schedule.batchesPerEpoch }, (_, i) =>
    schedule.batchAt(index * schedule.batchesPerEpoch + i),
  );
}

describe('whole items', () => {
  it('visits every item once an epoch, whole', () => {
    const schedule = createBatchSchedule(lengths, config, right);
    for (const index of [0, 1, 5]) {
      const batches = epoch(schedule, index);
      expect(batches.flatMap(items).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
      expect(batches.map((batch) => batch.epoch)).toEqual(batches.map(() => index));
      expect(batches.map((batch) => batch.position)).toEqual(batches.map((_, i) => i));
      for (const crop of batches.flatMap((batch) => batch.crops)) {
        expect(crop).toEqual({ item: crop.item, startFrame: 0, frames: lengths[crop.item] });
      }
    }
  });

  it('groups by length: batches do not interleave in length', () => {
    const batches = epoch(createBatchSchedule(lengths, config, right), 0);
    const ranges = batches
      .map((batch) => batch.crops.map((crop) => crop.frames))
      .sort((a, b) => Math.min(...a) - Math.min(...b));
    for (let i = 1; i < ranges.length; i++) {
      expect(Math.max(...ranges[i - 1]!)).toBeLessThanOrEqual(Math.min(...ranges[i]!));
    }
  });

  it('shuffles anew every epoch (k.21); compat keeps batches and order', () => {
    const orders = (mode: typeof right) => {
      const schedule = createBatchSchedule(lengths, config, mode);
      return [0, 1, 2, 3, 4, 5].map((index) => JSON.stringify(epoch(schedule, index).map(items)));
    };
    expect(new Set(orders(right)).size).toBeGreaterThan(3);
    expect(new Set(orders(compat)).size).toBe(1);
  });

  it('endlessDs: 1000 orders of the same batches are an epoch', () => {
    const once = createBatchSchedule(lengths, config, compat);
    const endless = createBatchSchedule(lengths, { ...config, endlessDs: true }, compat);
    const passLength = once.batchesPerEpoch;
    expect(endless.batchesPerEpoch).toBe(endlessPasses * passLength);
    const pass = (index: number) =>
      Array.from({ length: passLength }, (_, i) => items(endless.batchAt(index * passLength + i)));
    const sorted = (batches: number[][]) => batches.map((batch) => batch.join()).sort();
    expect(sorted(pass(0))).toEqual(sorted(epoch(once, 0).map(items)));
    expect(sorted(pass(17))).toEqual(sorted(pass(0)));
    expect(new Set([0, 1, 2, 3, 4].map((index) => JSON.stringify(pass(index)))).size).toBeGreaterThan(1);
    expect(pass(endlessPasses + 3)).toEqual(pass(3));
    expect(endless.batchAt(endlessPasses * passLength).epoch).toBe(1);
  });

  it('is a pure function of the update number, in any order of asking', () => {
    for (const cropFrames of [null, 10]) {
      const settings = { ...config, cropFrames };
      const straight = createBatchSchedule(lengths, settings, right);
      const expected = Array.from({ length: 30 }, (_, update) => straight.batchAt(update));
      const other = createBatchSchedule(lengths, settings, right);
      for (const update of [29, 3, 17, 0, 16, 29]) expect(other.batchAt(update)).toEqual(expected[update]);
    }
  });

  it('cuts items to maxFrames from their start, sorting by the uncut length', () => {
    const schedule = createBatchSchedule(lengths, { ...config, maxFrames: 20 }, right);
    for (const crop of epoch(schedule, 0).flatMap((batch) => batch.crops)) {
      expect(crop).toMatchObject({ startFrame: 0, frames: Math.min(20, lengths[crop.item]!) });
    }
  });

  it('works unsorted', () => {
    const schedule = createBatchSchedule(lengths, { ...config, sortByLen: false }, right);
    const all = epoch(schedule, 3).flatMap(items);
    expect(all.sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
  });

  it('refuses no items', () => {
    expect(() => createBatchSchedule([], config, right)).toThrow(/at least one/);
  });
});

describe('crops', () => {
  it('fills every batch with crops inside their items', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(1000),
        (sizes, cropFrames, maxSentences, update) => {
          const settings = { ...config, cropFrames, maxSentences, maxTokens: 10_000 };
          const batch = createBatchSchedule(sizes, settings, right).batchAt(update);
          expect(batch.crops).toHaveLength(maxSentences);
          for (const { item, startFrame, frames } of batch.crops) {
            expect(frames).toBe(Math.min(cropFrames, sizes[item]!));
            expect(startFrame).toBeGreaterThanOrEqual(0);
            expect(startFrame + frames).toBeLessThanOrEqual(sizes[item]!);
          }
        },
      ),
    );
  });

  it('draws items in proportion to their length', () => {
    const sizes = [1000, 100, 3000];
    const schedule = createBatchSchedule(
      sizes,
      { ...config, cropFrames: 10, maxSentences: 8, maxTokens: 1000 },
      right,
    );
    const counts = [0, 0, 0];
    for (const batch of epoch(schedule, 2)) for (const item of items(batch)) counts[item]!++;
    // even draws: off by less than one at either end of an item
    const draws = schedule.batchesPerEpoch * 8;
    sizes.forEach((size, i) => {
      expect(Math.abs(counts[i]! - (size / 4100) * draws)).toBeLessThan(2);
    });
  });

  it('hears nearly every frame in an epoch, and other crops in the next', () => {
    const sizes = [400, 90, 700];
    const schedule = createBatchSchedule(
      sizes,
      { ...config, cropFrames: 32, maxSentences: 4, maxTokens: 1000 },
      right,
    );
    const heard = sizes.map((size) => new Uint8Array(size));
    for (const { item, startFrame, frames } of epoch(schedule, 0).flatMap((batch) => batch.crops)) {
      heard[item]!.fill(1, startFrame, startFrame + frames);
    }
    const share = heard.flatMap((flags) => [...flags]).reduce((a, b) => a + b, 0) / 1190;
    expect(share).toBeGreaterThan(0.75);
    expect(schedule.batchAt(0).crops).not.toEqual(schedule.batchAt(schedule.batchesPerEpoch).crops);
  });

  it('keeps the frame budget', () => {
    const schedule = createBatchSchedule(lengths, { ...config, cropFrames: 50, maxTokens: 150 }, right);
    expect(schedule.batchAt(0).crops).toHaveLength(3);
    expect(() => createBatchSchedule(lengths, { ...config, cropFrames: 151, maxTokens: 150 }, right)).toThrow(
      /cropFrames/,
    );
  });
});
