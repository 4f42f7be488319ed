import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCrepe, hzOfSalience } from '../../lib/onnx/crepe';
import { onGrid } from '../../lib/onnx/pitch-track';
import { loadOnnx } from '../../lib/onnx/session';
import { createSwiftF0 } from '../../lib/onnx/swift-f0';
import { swiftF0Model } from './swift-f0-model';

const range = { id: 'test', f0MinHz: 50, f0MaxHz: 1100 };
const model = swiftF0Model();

/** A voice-like tone: ten harmonics, falling 6 dB an octave, whose pitch glides from `from` to `to` Hz in octaves. */
function glide(from: number, to: number, seconds: number, sampleRate = 44100): Float32Array {
  let phase = 0;
  const count = Math.round(seconds * sampleRate);
  return Float32Array.from({ length: count }, (_, n) => {
    phase += (2 * Math.PI * from * (to / from) ** (n / count)) / sampleRate;
    let sum = 0;
    for (let h = 1; h <= 10; h++) sum += Math.sin(h * phase) / h;
    return 0.2 * sum;
  });
}

const cents = (a: number, b: number): number => Math.abs(1200 * Math.log2(a / b));

describe.skipIf(model === null)('SwiftF0', () => {
  it('follows a glide of two octaves over the seams of its pieces', async () => {
    const session = await loadOnnx(model!);
    const pitch = createSwiftF0(session, range);
    const seconds = 32;
    const samples = glide(110, 440, seconds);
    const frames = Math.floor(samples.length / 512);
    const grid = { sampleRate: 44100, hopSize: 512, frames };
    const hz = await pitch.estimate({ samples, sampleRate: 44100 }, grid);
    await session.dispose();
    const errors = Array.from({ length: frames - 20 }, (_, i) => {
      const at = ((i + 10.5) * 512) / 44100 / seconds;
      return cents(hz[i + 10]!, 110 * 4 ** at);
    });
    // its author states a few cents on clean tones
    expect(Math.max(...errors)).toBeLessThan(20);
  });

  it('hears nothing in silence', async () => {
    const session = await loadOnnx(model!);
    const pitch = createSwiftF0(session, range);
    const hz = await pitch.estimate(
      { samples: new Float32Array(16000), sampleRate: 16000 },
      { sampleRate: 16000, hopSize: 160, frames: 100 },
    );
    await session.dispose();
    expect([...hz]).toEqual(new Array(100).fill(0));
  });

  it('is not taken for CREPE', async () => {
    const session = await loadOnnx(model!);
    expect(() => createCrepe(session, { ...range, threshold: 0.05 })).toThrow(/audio \[1, samples\]/);
    await session.dispose();
  });
});

describe('CREPE', () => {
  const options = { ...range, threshold: 0.05 };
  /** 20 cents a bin from 31.70 Hz, as the published weights have it */
  const hzOfBin = (bin: number): number => 31.7015 * 2 ** ((20 * bin) / 1200);

  it('reads the mean of the cents around the peak', () => {
    const bump = (centre: number): Float32Array =>
      Float32Array.from({ length: 360 }, (_, i) => Math.exp(-((i - centre) ** 2) / 2));
    for (const centre of [100, 150.25, 200.5]) {
      expect(cents(hzOfSalience(bump(centre), options), hzOfBin(centre))).toBeLessThan(0.2);
    }
    expect(
      hzOfSalience(
        bump(100).map((x) => 0.04 * x),
        options,
      ),
    ).toBe(0);
    // 31.7 and 2005 Hz lie outside 50 to 1100 Hz
    expect(hzOfSalience(bump(0), options)).toBe(0);
    expect(hzOfSalience(bump(359), options)).toBe(0);
  });

  it('gives the net frames of mean 0 and deviation 1, centred every 10 ms', async () => {
    // crepe.onnx: the salience is the first 360 samples of the frame, so the peak says where in it an impulse lies
    const session = await loadOnnx(join(__dirname, 'crepe.onnx'));
    const pitch = createCrepe(session, options);
    const samples = new Float32Array(16000);
    samples[5000] = 1;
    const grid = { sampleRate: 16000, hopSize: 160, frames: 100 };
    const hz = await pitch.estimate({ samples, sampleRate: 16000 }, grid);
    await session.dispose();
    // A grid frame lies between frames k = m and m + 1 of the net, the first samples of frame k are at 160 k - 512.
    const bins = Array.from({ length: 100 }, (_, m) => [
      5000 - (160 * m - 512),
      5000 - (160 * (m + 1) - 512),
    ]);
    bins.forEach(([a, b], m) => {
      const inside = [a!, b!].every((bin) => bin >= 60 && bin <= 300);
      if (inside) expect(cents(hz[m]!, Math.sqrt(hzOfBin(a!) * hzOfBin(b!)))).toBeLessThan(2);
    });
    expect(hz.some((value) => value > 0)).toBe(true);
  });
});

describe('onGrid', () => {
  it('goes straight in octaves between voiced frames, and to the nearer beside silence', () => {
    const track = { hz: [100, 400, 0, 200], periodSeconds: 0.01 };
    // frames centred at 5, 15, 25, 35 ms
    const out = onGrid(track, { sampleRate: 1000, hopSize: 10, frames: 4 });
    expect([...out].map(Math.round)).toEqual([200, 0, 200, 200]);
  });
});
