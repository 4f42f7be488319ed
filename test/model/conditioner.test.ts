import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { coarsePitch } from '../../lib/model/coarse-pitch';
import { type ConditionInput, condition } from '../../lib/model/conditioner';
import { dropoutOf, keepAll } from '../../lib/model/dropout';
import { encodeUnits, reversedPositions } from '../../lib/model/fs2-encoder';
import { smallBatch, smallConfig, smallTensors } from '../support/small-model';

beforeAll(() => loadEngine());
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const plain = smallConfig();
const withEncoder = smallConfig({ model: { noFs2: false } });

function inputOf(config: typeof plain, lengths: number[]): ConditionInput {
  const batch = smallBatch(config, lengths);
  const { size: B, frames: T, units: U } = batch;
  return {
    units: tf.tensor3d(batch.unitData, [B, U, config.model.hiddenSize]),
    mel2ph: tf.tensor2d(batch.mel2ph, [B, T], 'int32'),
    f0Log2: tf.tensor2d(batch.f0Log2, [B, T]),
  };
}

describe('condition', () => {
  it('is unit plus pitch row, and zero in padding', () => {
    const weights = smallTensors(plain);
    const input = inputOf(plain, [7, 4]);
    const out = condition(weights, plain.model, input).arraySync();
    const rows = weights.get('fs2.pitch_embed.weight')!.arraySync() as number[][];
    const units = input.units.arraySync();
    const index = coarsePitch(tf.pow(2, input.f0Log2), plain.model).arraySync() as number[][];
    for (const [b, t] of [
      [0, 0],
      [0, 6],
      [1, 3],
    ] as const) {
      out[b]![t]!.forEach((value, h) => {
        expect(value).toBeCloseTo(units[b]![Math.floor(t / 2)]![h]! + rows[index[b]![t]!]![h]!, 6);
      });
    }
    for (let t = 4; t < 7; t++) expect(out[1]![t]!.every((value) => value === 0)).toBe(true);
  });

  it('gives each pitch row the sum of the gradients of its frames, and row 0 none', () => {
    const weights = smallTensors(plain);
    const input = inputOf(plain, [7, 4]);
    const table = weights.get('fs2.pitch_embed.weight')!;
    const grad = tf.grad((rows) =>
      condition(new Map([['fs2.pitch_embed.weight', rows]]), plain.model, input).sum(),
    )(table);
    const counts = new Map<number, number>();
    const index = coarsePitch(tf.pow(2, input.f0Log2), plain.model).arraySync() as number[][];
    [7, 4].forEach((length, b) => {
      for (const row of index[b]!.slice(0, length)) counts.set(row, (counts.get(row) ?? 0) + 1);
    });
    (grad.arraySync() as number[][]).forEach((row, i) => {
      expect(
        row.every((value) => value === (counts.get(i) ?? 0)),
        `row ${i}`,
      ).toBe(true);
    });
  });
});

describe('coarsePitch', () => {
  it('spans rows 1 to 255 between the limits', () => {
    const hz = tf.tensor1d([0, 1, 40, 1100, 4000]);
    expect([...coarsePitch(hz, plain.model).dataSync()]).toEqual([1, 1, 1, 255, 255]);
  });
});

describe('encodeUnits', () => {
  it('does not see padding: a shorter batch gives the same', () => {
    const weights = smallTensors(withEncoder);
    const { units } = inputOf(withEncoder, [16, 8]);
    const [, , H] = units.shape;
    const padded = encodeUnits(weights, withEncoder.model, units).slice([1, 0, 0], [1, 4, H]);
    const alone = encodeUnits(weights, withEncoder.model, units.slice([1, 0, 0], [1, 4, H]));
    expect(padded.sub(alone).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  });

  it('is finite for an item of padding only', () => {
    const out = encodeUnits(smallTensors(withEncoder), withEncoder.model, tf.zeros([1, 3, 8]));
    expect([...out.dataSync()].every((value) => value === 0)).toBe(true);
  });

  it('counts positions down from 4999, and from the length of a longer input', () => {
    const expected = (position: number): number[] => [Math.sin(position), Math.cos(position)];
    const short = reversedPositions(3, 8).arraySync();
    const long = reversedPositions(5002, 8).arraySync();
    for (const [row, position] of [
      [short[0], 4999],
      [short[2], 4997],
      [long[0], 5001],
      [long[5001], 0],
    ] as const) {
      expected(position).forEach((value, i) => {
        expect(row![i]).toBeCloseTo(value, 4);
      });
    }
  });
});

describe('dropoutOf', () => {
  it('drops about its rate, keeps the mean, and repeats for the same step', () => {
    const ones = tf.ones<tf.Rank.R3>([1, 100, 100]);
    const dropped = dropoutOf(0.1, 5, 3)(ones);
    const zeros = [...dropped.dataSync()].filter((value) => value === 0).length;
    expect(zeros / 1e4).toBeGreaterThan(0.08);
    expect(zeros / 1e4).toBeLessThan(0.12);
    expect(dropped.max().dataSync()[0]).toBeCloseTo(1 / 0.9, 6);
    expect(dropoutOf(0.1, 5, 3)(ones).dataSync()).toEqual(dropped.dataSync());
    expect(dropoutOf(0.1, 5, 4)(ones).dataSync()).not.toEqual(dropped.dataSync());
    expect(dropoutOf(0, 5, 3)).toBe(keepAll);
  });
});
