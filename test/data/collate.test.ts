import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../../lib/config/schema';
import type { TrainingItem } from '../../lib/data/batch';
import { createBatchPlan } from '../../lib/data/batches';
import { collate } from '../../lib/data/collate';

const melBins = 3;
const hidden = 2;

/** Every number says where it comes from: item, then frame or unit, then column. */
function makeItem(index: number, frames: number, mel2ph: number[]): TrainingItem {
  const units = Math.max(...mel2ph);
  const matrix = (rows: number, width: number) => ({
    data: Float32Array.from(
      { length: rows * width },
      (_, i) => 100 * index + 10 * Math.floor(i / width) + (i % width) + 1,
    ),
    frames: rows,
    width,
  });
  return {
    name: `item${index}`,
    mel: matrix(frames, melBins),
    units: matrix(units, hidden),
    mel2ph: Int32Array.from(mel2ph),
    f0Log2: Float32Array.from({ length: frames }, (_, i) => index + i / 10),
  };
}

const a = makeItem(1, 6, [1, 1, 2, 3, 3, 4]);
const b = makeItem(2, 3, [1, 2, 2]);

describe('collate', () => {
  it('pads whole items with zeros on the right (spec g)', () => {
    const batch = collate([a, b]);
    expect(batch).toMatchObject({ size: 2, frames: 6, units: 4 });
    expect([...batch.lengths]).toEqual([6, 3]);
    expect([...batch.mel2ph]).toEqual([1, 1, 2, 3, 3, 4, 1, 2, 2, 0, 0, 0]);
    expect([...batch.mel.subarray(0, 18)]).toEqual([...a.mel.data]);
    expect([...batch.mel.subarray(18)]).toEqual([...b.mel.data, ...new Array(9).fill(0)]);
    expect([...batch.unitData]).toEqual([...a.units.data, ...b.units.data, 0, 0, 0, 0]);
    expect([...batch.f0Log2]).toEqual([...a.f0Log2, ...b.f0Log2, 0, 0, 0]);
  });

  it('crops mel, F0 and units together: every frame keeps its own unit', () => {
    const crops = [
      { item: 0, startFrame: 2, frames: 3 },
      { item: 1, startFrame: 0, frames: 3 },
    ];
    const batch = collate([a, b], crops);
    expect([...batch.mel2ph]).toEqual([1, 2, 2, 1, 2, 2]);
    expect(batch.units).toBe(2);
    crops.forEach(({ item, startFrame, frames }, row) => {
      const source = [a, b][item]!;
      for (let frame = 0; frame < frames; frame++) {
        const unit = batch.mel2ph[row * batch.frames + frame]! - 1;
        const unitAt = (row * batch.units + unit) * hidden;
        const sourceUnit = source.mel2ph[startFrame + frame]! - 1;
        expect([...batch.unitData.subarray(unitAt, unitAt + hidden)]).toEqual([
          ...source.units.data.subarray(sourceUnit * hidden, (sourceUnit + 1) * hidden),
        ]);
        const melAt = (row * batch.frames + frame) * melBins;
        expect([...batch.mel.subarray(melAt, melAt + melBins)]).toEqual([
          ...source.mel.data.subarray((startFrame + frame) * melBins, (startFrame + frame + 1) * melBins),
        ]);
        expect(batch.f0Log2[row * batch.frames + frame]).toBe(source.f0Log2[startFrame + frame]);
      }
    });
  });

  it('cuts units at maxInputTokens', () => {
    const batch = collate([a], undefined, 2);
    expect(batch.units).toBe(2);
    expect([...batch.mel2ph]).toEqual([1, 1, 2, 0, 0, 0]);
  });

  it('refuses a crop outside its item', () => {
    expect(() => collate([b], [{ item: 0, startFrame: 1, frames: 3 }])).toThrow(/item2/);
  });
});

describe('createBatchPlan', () => {
  it('gives batches by update number', () => {
    const plan = createBatchPlan([a, b], trainingSchema.parse({ maxSentences: 1 }), { training: false });
    expect(plan.batchesPerEpoch).toBe(2);
    expect([plan.batchAt(4).frames, plan.batchAt(5).frames].sort()).toEqual([3, 6]);
    expect(plan.batchAt(4)).toEqual(plan.batchAt(4));
    expect([0, 1, 2, 3].map(plan.epochAt)).toEqual([0, 0, 1, 1]);
  });
});
