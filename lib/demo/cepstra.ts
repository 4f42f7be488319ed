/** Mel cepstra and their distance in dB, as mel-cepstral distortion wants them. */
import type { FrameMatrix } from '../audio/audio';
import { melPointsHz } from '../audio/mel-filterbank';
import type { AudioConfig } from '../config/schema';

/** The singers have 16 kHz voices: above this there is nothing to compare. */
const HIGHEST_HZ = 7800;
/** cepstra 1 to 24; 0 is the loudness */
const ORDER = 24;
/** log10 of an amplitude to dB */
export const DB_PER_LOG10 = 20;

/** How many mel bins peak below 7.8 kHz: the part of the spectrum that is scored (104 for the 44.1 kHz defaults). */
export function scoredBins(config: AudioConfig): number {
  const peaks = melPointsHz(config).subarray(1, config.melBins + 1);
  return peaks.filter((hz) => hz < HIGHEST_HZ).length;
}

/** cos table [ORDER, bins] with the factor 2/bins of an amplitude and 20/√2 dB. */
function cosines(bins: number): Float64Array {
  const table = new Float64Array(ORDER * bins);
  for (let k = 1; k <= ORDER; k++) {
    for (let m = 0; m < bins; m++) {
      const amplitude = (2 / bins) * Math.cos((Math.PI * k * (m + 0.5)) / bins);
      table[(k - 1) * bins + m] = (DB_PER_LOG10 / Math.SQRT2) * amplitude;
    }
  }
  return table;
}

/**
 * Mel cepstra 1-24 [T, 24] of a model mel [T, melBins] (log10), over its first `bins` bins. Scaled so that the
 * Euclidean distance of two rows is the mel-cepstral distortion of the two frames in dB, `10/ln 10 · √(2·Σ(c − c′)²)`
 * with c of the natural logarithm (Kubichek 1993): the RMS difference of the smoothed log spectra.
 */
export function melCepstra(mel: FrameMatrix, bins: number): FrameMatrix {
  const table = cosines(bins);
  const data = new Float32Array(mel.frames * ORDER);
  for (let t = 0; t < mel.frames; t++) {
    for (let k = 0; k < ORDER; k++) {
      let sum = 0;
      for (let m = 0; m < bins; m++) sum += table[k * bins + m]! * mel.data[t * mel.width + m]!;
      data[t * ORDER + k] = sum;
    }
  }
  return { data, frames: mel.frames, width: ORDER };
}

/** Euclidean distance of row `i` of `a` and row `j` of `b`. */
export function rowDistance(a: FrameMatrix, i: number, b: FrameMatrix, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.width; k++) {
    const difference = a.data[i * a.width + k]! - b.data[j * b.width + k]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
