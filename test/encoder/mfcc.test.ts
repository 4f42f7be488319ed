import { beforeAll, describe, expect, it } from 'vitest';
import type { Audio } from '../../lib/audio/audio';
import type { SpeakerProfile } from '../../lib/encoder/content-encoder';
import { createMfccEncoder } from '../../lib/encoder/mfcc';
import { loadEngine } from '../../lib/engine/backend';
import { Philox, streams } from '../../lib/random/philox';

const sampleRate = 44100;
const encoder = createMfccEncoder({ sampleRate, hopSize: 512 });

/** Two-pole resonator at `hz`, run over `samples` in place, its memory kept in `state`. */
function resonate(samples: Float32Array, hz: number, bandwidthHz: number): void {
  const radius = Math.exp((-Math.PI * bandwidthHz) / sampleRate);
  const twice = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
  let y1 = 0;
  let y2 = 0;
  for (let n = 0; n < samples.length; n++) {
    const y = samples[n]! + twice * y1 - radius * radius * y2;
    y2 = y1;
    y1 = y;
    samples[n] = y * (1 - radius);
  }
}

/** Whispered random vowels of 0.15 s: noise through three formants, which `scale` multiplies (a shorter vocal tract). */
function babble(seed: number, seconds: number, scale: number): Audio {
  const size = Math.round(0.15 * sampleRate);
  const samples = new Float32Array(Math.round(seconds / 0.15) * size);
  for (let at = 0, i = 0; at < samples.length; at += size, i++) {
    const random = new Philox(seed, streams.crop, i);
    const vowel = new Philox(seed, streams.noise, i).normals(size);
    const formants = [
      280 + 600 * random.uniform(),
      900 + 1500 * random.uniform(),
      2500 + 900 * random.uniform(),
    ];
    for (const hz of formants) resonate(vowel, hz * scale, 80 * scale);
    const energy = Math.sqrt(vowel.reduce((sum, v) => sum + v * v, 0) / size);
    samples.set(
      vowel.map((v) => (0.1 * v) / energy),
      at,
    );
  }
  return { samples, sampleRate };
}

const target = babble(1, 15, 1);
let profile: SpeakerProfile;

beforeAll(async () => {
  await loadEngine();
  profile = await encoder.profile([target]);
}, 60_000);

describe('createMfccEncoder', () => {
  it('gives one unit per mel frame, centred on it', async () => {
    const units = await encoder.units(target, profile);
    expect(units.matrix.frames).toBe(Math.floor(target.samples.length / 512));
    expect(units.matrix.width).toBe(encoder.unitSize);
    expect(units.hopSeconds).toBe(512 / sampleRate);
    expect(units.firstCentreSeconds).toBe(256 / sampleRate);
  });

  it('normalises the speaker to mean 0 and variance 1, clipped at 4', async () => {
    const { data, frames, width } = (await encoder.units(target, profile)).matrix;
    for (let c = 0; c < width - 1; c++) {
      const column = Array.from({ length: frames }, (_, t) => data[t * width + c]!);
      const mean = column.reduce((a, b) => a + b, 0) / frames;
      const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / frames;
      expect(Math.abs(mean)).toBeLessThan(0.1);
      expect(Math.abs(variance - 1)).toBeLessThan(0.15);
    }
    expect(data.every((v) => Math.abs(v) <= 4)).toBe(true);
  });

  it('does not hear how loud a recording is as a whole', async () => {
    const quiet = { samples: target.samples.map((v) => v / 4), sampleRate };
    const a = (await encoder.units(target, profile)).matrix.data;
    const b = (await encoder.units(quiet, await encoder.profile([quiet]))).matrix.data;
    expect(a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)).toBeLessThan(0.01);
  });

  it('is deterministic', async () => {
    const source = babble(2, 3, 1.1);
    const first = await encoder.profile([source], profile);
    expect(await encoder.profile([source], profile)).toEqual(first);
    expect((await encoder.units(source, first)).matrix).toEqual((await encoder.units(source, first)).matrix);
  }, 60_000);

  // On the grid of warps (steps of 0.06): one step off is near enough for the affine map that follows.
  it.each([Math.exp(-0.18), 1, Math.exp(0.18)])(
    'finds the length of the vocal tract: formants times %f',
    async (scale) => {
      const { values } = await encoder.profile([babble(3, 12, scale)], profile);
      expect(Math.abs(Math.log((values.warp as number) / scale))).toBeLessThanOrEqual(0.061);
    },
    60_000,
  );

  it.each([0, 1, 100, 600])('encodes %i samples', async (length) => {
    const short = { samples: target.samples.slice(0, length), sampleRate };
    const { matrix } = await encoder.units(short, await encoder.profile([short], profile));
    expect(matrix.frames).toBe(1);
    expect(matrix.data.every(Number.isFinite)).toBe(true);
  });

  it('gives finite units for digital silence, and for a speaker who is silent', async () => {
    const silence = { samples: new Float32Array(20_000), sampleRate };
    const own = await encoder.profile([silence], profile);
    for (const speaker of [profile, own, await encoder.profile([silence])]) {
      const { data } = (await encoder.units(silence, speaker)).matrix;
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses a profile of another encoder, and a speaker without recordings', async () => {
    await expect(encoder.units(target, { encoder: 'other', values: {} })).rejects.toThrow(/of other/);
    await expect(encoder.profile([], profile)).rejects.toThrow(/at least one recording/);
  });
});
