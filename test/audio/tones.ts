/** Signals whose pitch is known in closed form. Test code only. */
import type { Audio } from '../../lib/audio/audio';
import { Philox, streams } from '../../lib/random/philox';

/** Amplitudes of partials 1, 2, 3, …: a bright voice-like tone. */
export const richPartials = Array.from({ length: 40 }, (_, h) => 1 / (h + 1));

/** A tone whose pitch follows `hzAt(seconds)`; partials above 0.45 of the rate are left out. */
export function tone(
  hzAt: (seconds: number) => number,
  seconds: number,
  sampleRate: number,
  partials: readonly number[] = richPartials,
): Audio {
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const hz = hzAt(i / sampleRate);
    partials.forEach((amplitude, h) => {
      if ((h + 1) * hz < 0.45 * sampleRate)
        samples[i]! += 0.1 * amplitude * Math.sin((h + 1) * phase + 1.3 * h);
    });
    phase += (2 * Math.PI * hz) / sampleRate;
  }
  return { samples, sampleRate };
}

/** White Gaussian noise. */
export function noise(amplitude: number, seconds: number, sampleRate: number): Audio {
  const samples = new Philox(1, streams.noise).normals(Math.round(seconds * sampleRate));
  return { samples: samples.map((value) => value * amplitude), sampleRate };
}

/** Parts one after the other. */
export function concatenate(...parts: readonly Audio[]): Audio {
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.samples.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part.samples, at);
    at += part.samples.length;
  }
  return { samples, sampleRate: parts[0]!.sampleRate };
}
