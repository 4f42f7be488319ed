/**
 * Plays the harmonics of a sequence of frames: phases run through, amplitudes and F0 are linear between frame centres.
 */
import { RealFft } from '../audio/fft';
import type { Frame } from './harmonic-noise-fit';

/** Points of the envelope whose minimum phase is taken: 512 up to Nyquist. */
const PHASE_FFT = 1024;
/** Depth below the frame's strongest harmonic at which the envelope for the phases is floored, in nepers. */
const PHASE_FLOOR = 9;

/** Coefficients of cos(h phi) and sin(h phi) of one frame. */
export interface Wave {
  readonly f0Hz: number;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const phaseFft = new RealFft(PHASE_FFT);

/** Turns a log spectrum (interleaved, imaginary parts 0) into that of its minimum-phase filter, in place. */
function foldCepstrum(spectrum: Float64Array): void {
  const cepstrum = new Float64Array(PHASE_FFT);
  phaseFft.inverse(spectrum, cepstrum);
  for (let n = 1; n < PHASE_FFT / 2; n++) cepstrum[n]! *= 2;
  cepstrum.fill(0, PHASE_FFT / 2 + 1);
  phaseFft.forward(cepstrum, spectrum);
}

/**
 * Phase of each harmonic, [H] in radians: that of the minimum-phase filter with the harmonics' envelope, because a sum
 * of equal phases is a train of pulses and buzzes. Real cepstrum, folded (Oppenheim and Schafer, Discrete-Time Signal
 * Processing, ch. 13).
 */
export function minimumPhases(frame: Frame, sampleRate: number): Float64Array {
  const { amplitudes, f0Hz } = frame;
  const phases = new Float64Array(amplitudes.length);
  const peak = amplitudes.reduce((a, b) => Math.max(a, b), 0);
  if (peak === 0) return phases;
  const floor = peak * Math.exp(-PHASE_FLOOR);
  const half = PHASE_FFT / 2;
  const spectrum = new Float64Array(PHASE_FFT + 2);
  const top = amplitudes.length - 1;
  for (let k = 0; k <= half; k++) {
    const h = Math.min(top, Math.max(0, (k * sampleRate) / PHASE_FFT / f0Hz - 1));
    const low = Math.log(Math.max(floor, amplitudes[Math.floor(h)]!));
    const high = Math.log(Math.max(floor, amplitudes[Math.min(top, Math.floor(h) + 1)]!));
    spectrum[2 * k] = low + (h - Math.floor(h)) * (high - low);
  }
  foldCepstrum(spectrum);
  for (let h = 0; h < phases.length; h++) {
    const place = ((h + 1) * f0Hz * PHASE_FFT) / sampleRate;
    const k = Math.min(half - 1, Math.floor(place));
    phases[h] = spectrum[2 * k + 1]! + (place - k) * (spectrum[2 * k + 3]! - spectrum[2 * k + 1]!);
  }
  return phases;
}

/** Amplitudes and phases as coefficients of cos and sin. */
export function waveOf(frame: Frame, phases: Float64Array): Wave {
  return {
    f0Hz: frame.f0Hz,
    cos: frame.amplitudes.map((a, h) => a * Math.cos(phases[h]!)),
    sin: frame.amplitudes.map((a, h) => -a * Math.sin(phases[h]!)),
  };
}

/** Sum over h of (c0 + t (c1 - c0)) cos(h phi) + (s0 + t (s1 - s0)) sin(h phi), by Clenshaw's recurrence (1955). */
function sumHarmonics(from: Wave, to: Wave, place: number, count: number, phi: number): number {
  const twice = 2 * Math.cos(phi);
  let c1 = 0;
  let c2 = 0;
  let s1 = 0;
  let s2 = 0;
  for (let h = count - 1; h >= 0; h--) {
    const c = from.cos[h]! + place * (to.cos[h]! - from.cos[h]!) + twice * c1 - c2;
    const s = from.sin[h]! + place * (to.sin[h]! - from.sin[h]!) + twice * s1 - s2;
    c2 = c1;
    c1 = c;
    s2 = s1;
    s1 = s;
  }
  return c1 * (twice / 2) - c2 + s1 * Math.sin(phi);
}

/** `wave` with `count` coefficients, missing ones 0. */
function padWave(wave: Wave, count: number): Wave {
  if (wave.cos.length === count) return wave;
  const resized = (a: Float64Array): Float64Array => {
    const out = new Float64Array(count);
    out.set(a.subarray(0, count));
    return out;
  };
  return { f0Hz: wave.f0Hz, cos: resized(wave.cos), sin: resized(wave.sin) };
}

/**
 * Adds the sound of `waves` to `out` [T * hopSize]; frame t is centred at t * hopSize + hopSize / 2. A voice begins and
 * ends by a linear fade between a voiced centre and an unvoiced one; there F0 stays that of the voiced side.
 */
export function addHarmonics(
  out: Float32Array,
  waves: readonly Wave[],
  hopSize: number,
  sampleRate: number,
): void {
  if (waves.length === 0) return;
  let phi = 0;
  for (let t = -1; t < waves.length; t++) {
    const from = waves[Math.max(0, t)]!;
    const to = waves[Math.min(waves.length - 1, t + 1)]!;
    const f0From = from.f0Hz || to.f0Hz;
    const f0To = to.f0Hz || from.f0Hz;
    if (f0From === 0) continue;
    const nyquist = Math.floor(sampleRate / 2 / Math.max(f0From, f0To));
    const count = Math.min(Math.max(from.cos.length, to.cos.length), nyquist);
    const a = padWave(from, count);
    const b = padWave(to, count);
    const start = t * hopSize + hopSize / 2;
    for (let n = 0; n < hopSize; n++) {
      const place = n / hopSize;
      const at = start + n;
      if (at >= 0 && at < out.length) out[at]! += sumHarmonics(a, b, place, count, phi);
      phi += (2 * Math.PI * (f0From + place * (f0To - f0From))) / sampleRate;
    }
    phi %= 2 * Math.PI;
  }
}
