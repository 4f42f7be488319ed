/** What a voice sounds like on average, and how far two of them are apart. */
import type { FrameMatrix } from '../audio/audio';
import { DB_PER_LOG10 } from './cepstra';

/** Frames more than this below the loudest are no singing: 2 in log10 of an amplitude is 40 dB. */
const ACTIVE_LOG10 = 2;

/** Mean over the first `bins` bins per frame [T]: the loudness of a frame in log10. */
function levels(mel: FrameMatrix, bins: number): Float64Array {
  return Float64Array.from({ length: mel.frames }, (_, t) => {
    let sum = 0;
    for (let i = 0; i < bins; i++) sum += mel.data[t * mel.width + i]!;
    return sum / bins;
  });
}

/** Mean of the log10 mel over the frames that are not silent, first `bins` bins [bins]. */
export function meanLogSpectrum(mels: readonly FrameMatrix[], bins: number): Float64Array {
  const loudness = mels.map((mel) => levels(mel, bins));
  const floor =
    Math.max(...loudness.map((values) => values.reduce((a, b) => Math.max(a, b), -Infinity))) - ACTIVE_LOG10;
  const sum = new Float64Array(bins);
  let count = 0;
  for (const [which, mel] of mels.entries()) {
    for (let t = 0; t < mel.frames; t++) {
      if (loudness[which]![t]! < floor) continue;
      for (let i = 0; i < bins; i++) sum[i]! += mel.data[t * mel.width + i]!;
      count++;
    }
  }
  return sum.map((value) => value / Math.max(count, 1));
}

/** Long-term average spectrum in dB: the power mean over all frames, first `bins` bins [bins]. */
export function longTermSpectrumDb(mels: readonly FrameMatrix[], bins: number): Float64Array {
  const power = new Float64Array(bins);
  let count = 0;
  for (const mel of mels) {
    for (let t = 0; t < mel.frames; t++) {
      for (let i = 0; i < bins; i++) power[i]! += 10 ** (2 * mel.data[t * mel.width + i]!);
    }
    count += mel.frames;
  }
  return power.map((value) => (DB_PER_LOG10 / 2) * Math.log10(value / count));
}

/**
 * Speaker distance in dB: RMS difference of two long-term average spectra over the mel bins, after the overall level
 * is taken out, so that loudness does not count.
 */
export function spectrumDistanceDb(a: Float64Array, b: Float64Array): number {
  const difference = a.map((value, i) => value - b[i]!);
  const level = difference.reduce((sum, d) => sum + d, 0) / difference.length;
  return Math.sqrt(difference.reduce((sum, d) => sum + (d - level) ** 2, 0) / difference.length);
}
