/** The plain baseline that the harmonic-plus-noise vocoder is measured against: pulses or white noise through the mel. */

import { RealFft } from '../audio/fft';
import { MODEL_MEL_TO_LN } from '../audio/mel';
import { melPointsHz } from '../audio/mel-filterbank';
import { hannPeriodic } from '../audio/stft';
import type { AudioConfig } from '../config/schema';
import { Philox, streams } from '../random/philox';
import { type BinWeights, binWeights } from './harmonic-noise-breath';
import type { Vocoder, VocoderInput } from './vocoder';

/** Model mel at or below this is the clamp (spec section b, step 7): nothing is there. */
const SILENCE = -4.999;

/** Pulses of power 1 at F0 (one per period, at whole samples), white noise of power 1 where F0 is 0: [T * hopSize]. */
export function excitation(
  f0Hz: Float32Array,
  hopSize: number,
  sampleRate: number,
  seed: number,
): Float64Array {
  const out = new Float64Array(f0Hz.length * hopSize);
  let phase = 0;
  for (let t = 0; t < f0Hz.length; t++) {
    const step = f0Hz[t]! / sampleRate;
    const noise = step === 0 ? new Philox(seed, streams.vocoder, t).normals(hopSize) : undefined;
    for (let n = 0; n < hopSize; n++) {
      phase += step;
      if (noise !== undefined) out[t * hopSize + n] = noise[n]!;
      else if (phase >= 1) {
        phase -= 1;
        out[t * hopSize + n] = Math.sqrt(1 / step);
      }
    }
  }
  return out;
}

/** Spectrum of one frame times its mel-inverted envelope, in place. */
function shape(spectrum: Float64Array, envelope: Float64Array, weights: BinWeights): void {
  for (let k = 0; k < weights.low.length; k++) {
    const i = weights.low[k]!;
    const gain = envelope[i]! + weights.place[k]! * (envelope[i + 1]! - envelope[i]!);
    spectrum[2 * k]! *= gain * weights.inside[k]!;
    spectrum[2 * k + 1]! *= gain * weights.inside[k]!;
  }
}

/** Pulse train and white noise through the envelope that linear interpolation of the mel gives. No correction. */
export function createPulseTrain(audio: AudioConfig): Vocoder {
  const { fftSize, hopSize, sampleRate, melBins } = audio;
  const centresHz = melPointsHz(audio).subarray(1, melBins + 1);
  const weights = binWeights(centresHz, fftSize, sampleRate, { minHz: audio.fminHz, maxHz: audio.fmaxHz });
  const window = hannPeriodic(fftSize);
  const synthesize = async ({ mel, f0Hz, seed }: VocoderInput): Promise<Float32Array> => {
    const source = excitation(f0Hz, hopSize, sampleRate, seed);
    const out = new Float32Array(source.length);
    const fft = new RealFft(fftSize);
    const signal = new Float64Array(fftSize);
    const spectrum = new Float64Array(fftSize + 2);
    // Power-1 excitation has a magnitude of the root of the window's energy; overlapping Hann windows sum to size/2/hop.
    const scale = sampleRate / fftSize / Math.sqrt(0.375 * audio.winSize) / (fftSize / 2 / hopSize);
    for (let t = 0; t < mel.frames; t++) {
      const start = t * hopSize + hopSize / 2 - fftSize / 2;
      for (let n = 0; n < fftSize; n++) signal[n] = (source[start + n] ?? 0) * window[n]!;
      fft.forward(signal, spectrum);
      const envelope = Float64Array.from(mel.data.subarray(t * melBins, (t + 1) * melBins), (value) =>
        value <= SILENCE ? 0 : Math.exp(value * MODEL_MEL_TO_LN),
      );
      shape(spectrum, envelope, weights);
      fft.inverse(spectrum, signal);
      for (let n = 0; n < fftSize; n++) {
        if (start + n >= 0 && start + n < out.length) out[start + n]! += scale * signal[n]!;
      }
    }
    return out;
  };
  return { id: 'pulse-train-1', sampleRate, hopSize, synthesize };
}
