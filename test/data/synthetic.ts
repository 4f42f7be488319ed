/** Small recordings and small feature makers for tests of the data row. */
import type { Audio } from '../../lib/audio/audio';
import type { PitchEstimator } from '../../lib/audio/pitch-estimator';
import { encodeWav } from '../../lib/audio/wav';
import { type Config, configSchema } from '../../lib/config/schema';
import type { ContentEncoder } from '../../lib/encoder/content-encoder';
import { Philox, streams } from '../../lib/random/philox';

/** A configuration that is cheap to compute. */
export const smallConfig: Config = configSchema.parse({
  audio: {
    sampleRate: 16000,
    hopSize: 256,
    winSize: 1024,
    fftSize: 1024,
    melBins: 20,
    fmaxHz: 8000,
    f0MinHz: 60,
  },
  model: { melBins: 20, hiddenSize: 8 },
  slice: { minSeconds: 0.5, maxSeconds: 2 },
});

export function audioOf(seconds: number, sampleRate: number, value: (i: number) => number): Audio {
  return {
    samples: Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) => value(i)),
    sampleRate,
  };
}

/** A harmonic tone. */
export function tone(seconds: number, hz: number, sampleRate = 16000, level = 0.3): Audio {
  const angle = (2 * Math.PI * hz) / sampleRate;
  return audioOf(seconds, sampleRate, (i) => level * (Math.sin(angle * i) + 0.5 * Math.sin(2 * angle * i)));
}

export function noise(seconds: number, sampleRate = 16000, level = 0.1): Audio {
  const samples = new Philox(3, streams.noise).normals(Math.round(seconds * sampleRate));
  return { samples: samples.map((sample) => level * sample), sampleRate };
}

export function toneWav(seconds: number, hz: number, sampleRate = 16000): Uint8Array {
  return encodeWav(tone(seconds, hz, sampleRate), '16');
}

/** Voiced where neighbouring periods look alike; the pitch is the best lag of the autocorrelation. */
export const testPitch: PitchEstimator = {
  id: 'test-pitch-1',
  estimate: async ({ samples, sampleRate }, { hopSize, frames }) =>
    Float32Array.from({ length: frames }, (_, m) => {
      const x = samples.subarray(m * hopSize, (m + 3) * hopSize);
      let best = { lag: 0, likeness: 0.7 };
      for (let lag = Math.floor(sampleRate / 500); lag <= sampleRate / 100; lag++) {
        let [cross, left, right] = [0, 1e-9, 1e-9];
        for (let i = 0; i + lag < x.length; i++) {
          cross += x[i]! * x[i + lag]!;
          left += x[i]! ** 2;
          right += x[i + lag]! ** 2;
        }
        const likeness = cross / Math.sqrt(left * right);
        if (likeness > best.likeness) best = { lag, likeness };
      }
      return best.lag === 0 ? 0 : sampleRate / best.lag;
    }),
};

/** Units of 5 values, one every 20 ms; counts its calls. */
export function testEncoder(): ContentEncoder & { calls: { profile: number; units: number } } {
  const calls = { profile: 0, units: 0 };
  return {
    id: 'test-encoder-1',
    unitSize: 5,
    calls,
    async profile(recordings) {
      calls.profile++;
      const samples = recordings.reduce((sum, { samples }) => sum + samples.length, 0);
      return { encoder: 'test-encoder-1', values: { samples, thirds: [1 / 3, 2 / 3] } };
    },
    async units({ samples, sampleRate }) {
      calls.units++;
      const hop = Math.round(0.02 * sampleRate);
      const frames = Math.floor(samples.length / hop);
      const data = Float32Array.from(
        { length: frames * 5 },
        (_, i) => samples[Math.floor(i / 5) * hop + (i % 5)]! + 2,
      );
      return { matrix: { data, frames, width: 5 }, hopSeconds: 0.02, firstCentreSeconds: 0.01 };
    },
  };
}
