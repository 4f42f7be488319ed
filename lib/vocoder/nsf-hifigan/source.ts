/**
 * The source of NSF-HiFiGAN: a sum of harmonics of F0 with a little noise (Wang et al. 2019, "Neural source-filter
 * waveform models"; numbers from spec section i). Increments are float32 as in the reference, running sums float64: a
 * float32 sum is off by whole cycles after seconds.
 */
import { Philox, streams } from '../../random/philox';

const amplitude = 0.1;
const voicedNoise = 0.003;
const f32 = Math.fround;

/** Everything random in one synthesis. */
export interface SourceDraws {
  /** initial phase of each harmonic in cycles [H]; the first is not used (it is 0) */
  readonly phases: Float32Array;
  /** standard normal values of the samples of one frame, [hopSize, H] */
  noise(frame: number): Float32Array;
}

/** Draws that depend on seed and frame only, so that any stretch of a song can be made again. */
export function seededDraws(seed: number, harmonics: number, hopSize: number): SourceDraws {
  const generator = new Philox(seed, streams.vocoder);
  return {
    phases: Float32Array.from({ length: harmonics }, () => generator.uniform()),
    noise: (frame) => new Philox(seed, streams.vocoder, 1 + frame).normals(hopSize * harmonics),
  };
}

/**
 * One harmonic of the sine generator before noise, for all samples.
 * @param f0Hz [T], 0 = unvoiced (silent); each value lasts `hopSize` samples
 * @returns [T * hopSize] in [-0.1, 0.1]; sample 0 already contains the first increment
 */
export function harmonicSine(
  f0Hz: Float32Array,
  harmonic: number,
  phase: number,
  hopSize: number,
  sampleRate: number,
): Float32Array {
  const out = new Float32Array(f0Hz.length * hopSize);
  const pi = f32(Math.PI);
  let total = 0;
  let wrapped = 0;
  let previous = 0;
  for (let n = 0; n < out.length; n++) {
    const f0 = f0Hz[Math.floor(n / hopSize)]!;
    let cycles = f32(f32(f0 * harmonic) / sampleRate) % 1;
    if (n === 0) cycles = f32(cycles + phase);
    total += cycles;
    const position = f32(total) % 1;
    // A wrap takes one whole cycle off the second sum, which therefore stays small and exact.
    wrapped += n > 0 && position < previous ? f32(cycles - 1) : cycles;
    previous = position;
    out[n] = f0 > 0 ? f32(f32(Math.sin(f32(f32(f32(wrapped) * 2) * pi))) * amplitude) : 0;
  }
  return out;
}

/**
 * All harmonics with their noise: 0.003 where voiced, a third of the amplitude where not.
 * @returns [T * hopSize, H]
 */
export function sineGenerator(
  f0Hz: Float32Array,
  draws: SourceDraws,
  hopSize: number,
  sampleRate: number,
): Float32Array {
  const harmonics = draws.phases.length;
  const out = new Float32Array(f0Hz.length * hopSize * harmonics);
  for (let h = 0; h < harmonics; h++) {
    const phase = h === 0 ? 0 : draws.phases[h]!;
    const sine = harmonicSine(f0Hz, h + 1, phase, hopSize, sampleRate);
    for (let n = 0; n < sine.length; n++) out[n * harmonics + h] = sine[n]!;
  }
  const frame = hopSize * harmonics;
  for (let t = 0; t < f0Hz.length; t++) {
    const deviation = f0Hz[t]! > 0 ? voicedNoise : amplitude / 3;
    const noise = draws.noise(t);
    for (let i = 0; i < frame; i++) out[t * frame + i]! += deviation * noise[i]!;
  }
  return out;
}

/** `tanh(w · sines + b)` per sample. @param sines [N, H]; @returns [N] */
export function mixHarmonics(sines: Float32Array, weights: Float32Array, bias: number): Float32Array {
  const harmonics = weights.length;
  const out = new Float32Array(sines.length / harmonics);
  for (let n = 0; n < out.length; n++) {
    let sum = bias;
    for (let h = 0; h < harmonics; h++) sum += weights[h]! * sines[n * harmonics + h]!;
    out[n] = Math.tanh(sum);
  }
  return out;
}
