/**
 * Change of sample rate by libsamplerate's sinc converters (measured here, the best one: flat to 0.9 Nyquist within
 * 1e-4 dB, aliases and noise below −139 dB, no delay). wavefile's own resampler was refused: ripple of 5 dB, aliases at −35 dB,
 * up to 1.4 samples of delay, and four times slower.
 */
import { ConverterType, create } from '@alexanderolsen/libsamplerate-js';
import { UserError } from '../config/errors';
import type { Audio } from './audio';

/** limits of libsamplerate: 1/256 … 256 in ratio, 192000 in the (reduced) numbers of the ratio */
const MAX_RATIO = 256;
const MAX_TERM = 192000;
/** zeros after the end, in periods of the lower rate: they push the last samples out of the filter */
const FLUSH_PERIODS = 1024;
/** longest piece given at once, in samples of the higher rate: the library's own cutting of long input is broken */
const PIECE = 2 ** 18;

/** `fast` takes a quarter of the time; it is 2 dB down at 0.9 Nyquist, with aliases below −119 dB: for analysis only. */
export type ResampleQuality = 'best' | 'fast';

const converterTypes = {
  best: ConverterType.SRC_SINC_BEST_QUALITY,
  fast: ConverterType.SRC_SINC_MEDIUM_QUALITY,
} as const;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * `audio` at `sampleRate`: round(n·out/in) samples, without delay. Returns `audio` itself if it has that rate already.
 * @throws UserError `sample-rate` for rates that cannot be converted
 */
export async function resample(
  audio: Audio,
  sampleRate: number,
  quality: ResampleQuality = 'best',
): Promise<Audio> {
  const { samples, sampleRate: from } = audio;
  if (from === sampleRate) return audio;
  const length = Math.round((samples.length * sampleRate) / from);
  const divisor = greatestCommonDivisor(from, sampleRate);
  const [reducedFrom, reducedTo] = [from / divisor, sampleRate / divisor];
  const ratio = sampleRate / from;
  if (!(ratio >= 1 / MAX_RATIO && ratio <= MAX_RATIO && Math.max(reducedFrom, reducedTo) <= MAX_TERM)) {
    throw new UserError(
      'sample-rate',
      `Expected sample rates that can be converted (ratio up to ${MAX_RATIO}), got ${from} Hz to ${sampleRate} Hz`,
      'Convert the recording to 44100 Hz or 48000 Hz with an audio editor.',
    );
  }
  const converter = await create(1, reducedFrom, reducedTo, { converterType: converterTypes[quality] });
  try {
    const total = samples.length + Math.ceil(FLUSH_PERIODS * Math.max(1, 1 / ratio));
    const piece = Math.max(1, Math.floor(PIECE / Math.max(1, ratio)));
    const out = new Float32Array(length);
    for (let start = 0, at = 0; start < total && at < length; start += piece) {
      const input = new Float32Array(Math.min(piece, total - start));
      input.set(samples.subarray(start, start + input.length));
      const converted = converter.full(input);
      out.set(converted.subarray(0, length - at), at);
      at += converted.length;
    }
    return { samples: out, sampleRate };
  } finally {
    converter.destroy();
  }
}
