/** The control that only equalises: the source with the target's average spectrum, and nothing else of its voice. */
import type { Audio, FrameMatrix } from '../audio/audio';
import { melSpectrogram } from '../audio/mel';
import { hzToMel, melPointsHz } from '../audio/mel-filterbank';
import { hannPeriodic, istft, reflectPad, stft } from '../audio/stft';
import type { AudioConfig } from '../config/schema';
import { meanLogSpectrum } from './average-spectrum';
import { scoredBins } from './cepstra';

/** Gain in log10 per bin of the FFT [bins]: `gains` per mel bin, interpolated over mel, constant beyond the ends. */
function gainPerFrequency(gains: Float64Array, config: AudioConfig): Float64Array {
  const points = melPointsHz(config);
  const first = hzToMel(points[1]!);
  const step = hzToMel(points[2]!) - first;
  return Float64Array.from({ length: config.fftSize / 2 + 1 }, (_, k) => {
    const place = (hzToMel((k * config.sampleRate) / config.fftSize) - first) / step;
    const low = Math.min(Math.max(Math.floor(place), 0), gains.length - 2);
    const part = Math.min(Math.max(place - low, 0), 1);
    return gains[low]! * (1 - part) + gains[low + 1]! * part;
  });
}

/**
 * Filters `source` by a fixed zero-phase equaliser that gives it the average log spectrum of `target`, below 7.8 kHz;
 * above, the last gain goes on. Both at `config.sampleRate`.
 * @param target mels of the target's recordings
 * @returns audio of the same length
 */
export function equaliseTo(source: Audio, target: readonly FrameMatrix[], config: AudioConfig): Audio {
  const bins = scoredBins(config);
  const wanted = meanLogSpectrum(target, bins);
  const present = meanLogSpectrum([melSpectrogram(source, config)], bins);
  const gain = gainPerFrequency(
    wanted.map((value, i) => value - present[i]!),
    config,
  );
  const { fftSize } = config;
  const options = { fftSize, hopSize: fftSize / 4, window: hannPeriodic(fftSize) };
  const n = source.samples.length;
  const padded = new Float64Array(n + 2 * fftSize);
  padded.set(reflectPad(source.samples, fftSize));
  const spectra = stft(padded, options);
  for (let i = 0; i < spectra.real.length; i++) {
    const factor = 10 ** gain[i % spectra.bins]!;
    spectra.real[i]! *= factor;
    spectra.imag[i]! *= factor;
  }
  const samples = Float32Array.from(istft(spectra, options).subarray(fftSize, fftSize + n));
  return { samples, sampleRate: source.sampleRate };
}
