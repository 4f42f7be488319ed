/** Sung vowels in closed form: harmonics of a gliding fundamental under the peaks of three formants. */
import type { Audio } from '../../lib/audio/audio';
import { encodeWav } from '../../lib/audio/wav';

/** Formant frequencies, Hz: about those of a, i, u. */
const vowels = [
  [800, 1150, 2900],
  [350, 2000, 2800],
  [325, 700, 2500],
] as const;

const formantWidthHz = 120;
const vibrato = { hz: 5.5, semitones: 0.3 };
const secondsPerVowel = 0.6;

/**
 * Vowels one after the other on a slow scale.
 * @param samples length; any number, so that odd lengths can be tested
 * @param baseHz lowest note
 */
export function sung(samples: number, sampleRate: number, baseHz: number): Audio {
  const out = new Float32Array(samples);
  let phase = 0;
  for (let i = 0; i < samples; i++) {
    const seconds = i / sampleRate;
    const note = Math.floor(seconds / secondsPerVowel);
    const bend = vibrato.semitones * Math.sin(2 * Math.PI * vibrato.hz * seconds);
    const hz = baseHz * 2 ** (((note % 5) + bend) / 12);
    phase += (2 * Math.PI * hz) / sampleRate;
    const formants = vowels[note % vowels.length]!;
    for (let h = 1; h * hz < Math.min(4000, sampleRate / 2); h++)
      out[i]! += level(h * hz, formants) * Math.sin(h * phase);
  }
  return { samples: out, sampleRate };
}

function level(hz: number, formants: readonly number[]): number {
  return 0.08 * formants.reduce((sum, f) => sum + 1 / (1 + ((hz - f) / formantWidthHz) ** 2), 0.02);
}

/** The same as the bytes of a 16-bit wav file. */
export function sungWav(samples: number, sampleRate: number, baseHz: number): Uint8Array {
  return encodeWav(sung(samples, sampleRate, baseHz), '16');
}
