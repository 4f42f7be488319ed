/**
 * A vocoder without weights: harmonics of F0 plus shaped noise, fitted to the mel (after Serra and Smith 1990,
 * "Spectral modeling synthesis"), then corrected by listening to its own output's mel.
 */
import type { FrameMatrix } from '../audio/audio';
import { MODEL_MEL_TO_LN, melSpectrogram } from '../audio/mel';
import { melFilterbank, melPointsHz } from '../audio/mel-filterbank';
import type { AudioConfig } from '../config/schema';
import { addNoise, type BinWeights, binWeights } from './harmonic-noise-breath';
import { correctFrame, type Frame, fitFrame, type MelModel } from './harmonic-noise-fit';
import { harmonicResponse } from './harmonic-noise-response';
import { addHarmonics, minimumPhases, waveOf } from './harmonic-noise-voice';
import type { Vocoder, VocoderInput } from './vocoder';

/** Rounds of synthesis, measurement and correction after the first. */
const CORRECTIONS = 2;
/** Harmonics above are left to the noise: nothing up there is heard as pitch. */
const MAX_HARMONIC_HZ = 12000;
/** ln(1e-5) with a margin for the rounding of the two literal constants: mel at or below it means "nothing there". */
const FLOOR_LN = Math.log(1e-5) + 1e-3;
/** Mean of |x| over the root mean square of x, for a complex Gaussian (Rayleigh). */
const RAYLEIGH_MEAN = Math.sqrt(Math.PI) / 2;

/** Forward model of the mel of `audio`. */
function melModel(audio: AudioConfig): MelModel {
  const binHz = audio.sampleRate / audio.fftSize;
  // A Hann window of n samples sums to n / 2, its squares to 3 n / 8; filters have area 1 over Hz.
  return {
    response: harmonicResponse(melFilterbank(audio), binHz, audio.winSize),
    centresHz: melPointsHz(audio).subarray(1, audio.melBins + 1),
    noiseLevel: (RAYLEIGH_MEAN * Math.sqrt(0.375 * audio.winSize)) / binHz,
    harmonicLevel: audio.winSize / 2,
    maxHarmonicHz: Math.min(MAX_HARMONIC_HZ, audio.fmaxHz),
  };
}

/** Amplitudes of frame `t` of a model mel, 0 at the clamp. */
function melAmplitudes(mel: FrameMatrix, t: number, out: Float64Array): void {
  for (let b = 0; b < mel.width; b++) {
    const ln = mel.data[t * mel.width + b]! * MODEL_MEL_TO_LN;
    out[b] = ln <= FLOOR_LN ? 0 : Math.exp(ln);
  }
}

/** The sound of `frames` with the harmonics' `phases`. */
function play(
  frames: readonly Frame[],
  phases: readonly Float64Array[],
  seed: number,
  audio: AudioConfig,
  weights: BinWeights,
): Float32Array {
  const out = new Float32Array(frames.length * audio.hopSize);
  const waves = frames.map((frame, t) => waveOf(frame, phases[t]!));
  addHarmonics(out, waves, audio.hopSize, audio.sampleRate);
  addNoise(out, frames, audio.hopSize, weights, seed);
  return out;
}

/**
 * Harmonic-plus-noise vocoder. `synthesize` takes a model mel [T, melBins] (spec section b) and F0 in Hz [T] and gives
 * [T * hopSize] samples, frame t centred at t * hopSize + hopSize / 2; peaks may pass 1, the caller normalises. A mel at
 * its clamp gives silence.
 */
export function createHarmonicNoise(audio: AudioConfig): Vocoder {
  const model = melModel(audio);
  const weights = binWeights(model.centresHz, 2 * audio.hopSize, audio.sampleRate, {
    minHz: audio.fminHz,
    maxHz: audio.fmaxHz,
  });
  const synthesize = async ({ mel, f0Hz, seed }: VocoderInput): Promise<Float32Array> => {
    const wanted = new Float64Array(mel.width);
    const given = new Float64Array(mel.width);
    const frames = Array.from({ length: mel.frames }, (_, t) => {
      melAmplitudes(mel, t, wanted);
      return fitFrame(wanted, f0Hz[t]!, model);
    });
    const phases = frames.map((frame) => minimumPhases(frame, audio.sampleRate));
    let samples = play(frames, phases, seed, audio, weights);
    // Shorter sounds have no mel (spec section b, step 2).
    const measurable = samples.length > (audio.fftSize - audio.hopSize) / 2;
    for (let round = 0; round < CORRECTIONS && measurable; round++) {
      const heard = melSpectrogram({ samples, sampleRate: audio.sampleRate }, audio);
      for (const [t, frame] of frames.entries()) {
        melAmplitudes(mel, t, wanted);
        melAmplitudes(heard, t, given);
        correctFrame(frame, wanted, given, model);
      }
      samples = play(frames, phases, seed, audio, weights);
    }
    return samples;
  };
  return { id: 'harmonic-noise-1', sampleRate: audio.sampleRate, hopSize: audio.hopSize, synthesize };
}
