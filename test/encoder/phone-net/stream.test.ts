import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FrontEnd } from '../../../lib/encoder/phone-net/front-end';
import { measureLevels } from '../../../lib/encoder/phone-net/levels';
import { REACH } from '../../../lib/encoder/phone-net/network';
import {
  joinOutputs,
  type NetOutput,
  PhoneNetStream,
  unitCount,
} from '../../../lib/encoder/phone-net/stream';
import { readPhoneNet } from '../../../lib/encoder/phone-net/weights-file';
import { loadEngine } from '../../../lib/engine/backend';
import { Philox, streams } from '../../../lib/random/philox';
import { fileOf, PHONES, randomTensors } from './small-weights';

const noise = new Philox(1, streams.crop).normals(16000 * 6).map((v) => 0.1 * v);
const levels = measureLevels([new FrontEnd().all(noise)]);
const weights = new Map<string, tf.Tensor>();

beforeAll(async () => {
  await loadEngine();
  for (const [name, { shape, data }] of readPhoneNet(fileOf(randomTensors()), 'test').tensors) {
    weights.set(name, tf.tensor(data, [...shape]));
  }
});

/** The net over `samples`, given in pieces that end at `cuts`. */
function run(samples: Float32Array, cuts: readonly number[]): NetOutput {
  const stream = new PhoneNetStream(weights, PHONES.length, levels);
  const ends = [...cuts, samples.length].sort((a, b) => a - b);
  const parts = ends.map((end, i) => stream.push(samples.subarray(i === 0 ? 0 : ends[i - 1]!, end)));
  return joinOutputs([...parts, stream.end()], PHONES.length);
}

describe('PhoneNetStream', () => {
  it('gives the same bits however the recording is cut', () => {
    const whole = run(noise, []);
    expect(whole.bottleneck.frames).toBe(600);
    const cut = fc.array(fc.integer({ min: 0, max: noise.length }), { maxLength: 12 });
    fc.assert(
      fc.property(cut, (cuts) => {
        expect(run(noise, cuts)).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  it('gives the same bits for pieces of 10 ms', () => {
    const short = noise.subarray(0, 20_000);
    const cuts = Array.from({ length: 124 }, (_, i) => 160 * (i + 1));
    expect(run(short, cuts)).toEqual(run(short, []));
  });

  it('has a unit for every 10 ms, and one for the shortest recording', () => {
    for (const length of [1, 159, 160, 161, 479, 480, 41_119, 41_120]) {
      const { bottleneck, logits, loudness } = run(noise.subarray(0, length), []);
      const units = Math.max(1, Math.floor(length / 160));
      expect(unitCount(length)).toBe(units);
      expect([bottleneck.frames, logits.frames, loudness.frames]).toEqual([units, units, units]);
    }
  });

  it('depends on nothing beyond its reach', () => {
    const changed = Float32Array.from(noise);
    changed.fill(0, 48_000);
    const [before, after] = [run(noise, []).bottleneck, run(changed, []).bottleneck];
    // The last frame that a unit sees is 2 * REACH + 1 after its own, and a window ends 280 samples after its frame's start.
    const last = Math.floor((48_000 - 280) / 160) - 2 * REACH - 1;
    const same = last * before.width;
    // Other samples of one block change how TensorFlow blocks its sums, not what they are.
    for (let i = 0; i < same; i++) expect(Math.abs(before.data[i]! - after.data[i]!)).toBeLessThan(1e-4);
    expect(after.data.subarray(same + 20 * before.width)).not.toEqual(
      before.data.subarray(same + 20 * before.width),
    );
  });

  it('keeps no tensors', () => {
    const before = tf.memory().numTensors;
    run(noise, [1000, 50_000]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
