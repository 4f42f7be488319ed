/** The model's mel spectrogram (spec section b). */
import { UserError } from '../config/errors';
import type { AudioConfig } from '../config/schema';
import type { Audio, FrameMatrix } from './audio';
import { melFilterbank } from './mel-filterbank';
import { centreWindow, forEachFrame, hannPeriodic, reflectPad, type StftOptions } from './stft';

export { melFilterbank } from './mel-filterbank';

/** under the root of the magnitude (spec b.5) */
const MAGNITUDE_EPSILON = 1e-9;
/** smallest mel amplitude (spec b.7) */
const MEL_FLOOR = 1e-5;
/** natural logarithm to log10 units, literally as the reference has it (spec b.8) */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the reference has these digits and no more
const LN_TO_MODEL_MEL = 0.434294;
/** log10 units to natural logarithm, before the vocoder; literal too (spec b) */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the reference has these digits and no more
export const MODEL_MEL_TO_LN = 2.30259;

type FrameConfig = Pick<AudioConfig, 'sampleRate' | 'hopSize' | 'winSize' | 'fftSize'>;

function checkInput(audio: Audio, config: FrameConfig): void {
  if (audio.sampleRate !== config.sampleRate) {
    throw new Error(
      `Expected audio at ${config.sampleRate} Hz, got ${audio.sampleRate} Hz: resample it first`,
    );
  }
  const least = (config.fftSize - config.hopSize) / 2 + 1;
  if (audio.samples.length < Math.max(least, config.hopSize)) {
    throw new UserError(
      'audio-too-short',
      `Expected at least ${Math.max(least, config.hopSize)} samples at ${config.sampleRate} Hz for a mel spectrogram, got ${audio.samples.length}`,
      'Leave out recordings this short, or join them with others.',
    );
  }
}

/** Calls `visit` with the magnitudes of every frame [fftSize/2 + 1], reused between calls (spec b.2 to b.5). */
function forEachMagnitude(
  audio: Audio,
  config: FrameConfig,
  visit: (frame: number, magnitudes: Float64Array) => void,
): void {
  checkInput(audio, config);
  const { fftSize, hopSize } = config;
  const options: StftOptions = {
    fftSize,
    hopSize,
    window: centreWindow(hannPeriodic(config.winSize), fftSize),
  };
  const magnitudes = new Float64Array(fftSize / 2 + 1);
  forEachFrame(reflectPad(audio.samples, (fftSize - hopSize) / 2), options, (frame, spectrum) => {
    for (let k = 0; k < magnitudes.length; k++) {
      const [re, im] = [spectrum[2 * k]!, spectrum[2 * k + 1]!];
      magnitudes[k] = Math.sqrt(re * re + im * im + MAGNITUDE_EPSILON);
    }
    visit(frame, magnitudes);
  });
}

/**
 * Magnitude spectrogram `sqrt(re² + im² + 1e-9)` [T, fftSize/2 + 1], T = floor(N/hopSize); frame m is centred at sample
 * m·hopSize + hopSize/2. Spec section b, steps 2 to 5.
 * @throws Error for another sample rate, UserError `audio-too-short`
 */
export function magnitudes(audio: Audio, config: FrameConfig): FrameMatrix {
  const frames = Math.floor(audio.samples.length / config.hopSize);
  const width = config.fftSize / 2 + 1;
  const data = new Float32Array(frames * width);
  forEachMagnitude(audio, config, (frame, values) => data.set(values, frame * width));
  return { data, frames, width };
}

/**
 * Model mel [T, melBins] in log10 units: `0.434294·ln(max(filters·|X|, 1e-5))`; T and frame centres as `magnitudes`.
 * Spec section b, steps 2 to 8.
 * @throws Error for another sample rate, UserError `audio-too-short` (below 769 samples at 44.1 kHz)
 */
export function melSpectrogram(audio: Audio, config: AudioConfig): FrameMatrix {
  const frames = Math.floor(audio.samples.length / config.hopSize);
  const filters = melFilterbank(config);
  const supports = filterSupports(filters);
  const width = config.melBins;
  const data = new Float32Array(frames * width);
  forEachMagnitude(audio, config, (frame, values) => {
    for (let i = 0; i < width; i++) {
      let sum = 0;
      const base = i * filters.width;
      for (let k = supports[2 * i]!, end = supports[2 * i + 1]!; k < end; k++) {
        sum += filters.data[base + k]! * values[k]!;
      }
      data[frame * width + i] = LN_TO_MODEL_MEL * Math.log(Math.max(sum, MEL_FLOOR));
    }
  });
  return { data, frames, width };
}

/** First bin and end of the non-zero part of every filter [2·filters]: all the rest of the products is zero. */
function filterSupports(filters: FrameMatrix): Int32Array {
  const supports = new Int32Array(2 * filters.frames);
  for (let i = 0; i < filters.frames; i++) {
    const row = filters.data.subarray(i * filters.width, (i + 1) * filters.width);
    const first = row.findIndex((value) => value !== 0);
    if (first < 0) continue;
    supports[2 * i] = first;
    supports[2 * i + 1] = row.findLastIndex((value) => value !== 0) + 1;
  }
  return supports;
}
