/**
 * The built-in F0 estimator: probabilistic YIN (Mauch and Dixon 2014, "pYIN: a fundamental frequency estimator using
 * probabilistic threshold distributions") with a last refinement of every voiced frame.
 */
import type { Audio } from './audio';
import type { PitchEstimator, PitchGrid } from './pitch-estimator';
import { refineHz } from './pitch-refine';
import { type PitchCandidate, pitchCandidates } from './pyin-candidates';
import { mostProbablePath, type PitchStates, pitchStates, STATES_PER_OCTAVE, stateOf } from './pyin-path';
import { resample } from './resample';
import { DifferenceFunction } from './yin';

/** Range of F0; lies within 20 … 2000 Hz. */
export interface PyinOptions {
  readonly f0MinHz: number;
  readonly f0MaxHz: number;
}

/** everything is done at this rate: enough for F0, and half the work */
const ANALYSIS_RATE = 22050;
const WINDOW_SECONDS = 0.046;
/** frames this far below the loudest are silence */
const SILENCE_DB = -60;
/** the window is centred for a voice of this pitch; the refinement is centred for any */
const TYPICAL_HZ = 200;
/** candidates this many states from the path still belong to it */
const PATH_REACH = 2;

/** the long window reaches over the edges of a note; frames whose own periods differ by more than this are beyond them */
const MAX_MISMATCH = 0.7;

/** The signal with zeros on both sides, so that every window around every frame exists. */
interface Signal {
  readonly samples: Float64Array;
  /** index of the first true sample */
  readonly offset: number;
}

function padded(audio: Audio, margin: number): Signal {
  const samples = new Float64Array(audio.samples.length + 2 * margin);
  samples.set(audio.samples, margin);
  return { samples, offset: margin };
}

/** Centre of every frame of `grid` as an index into `signal.samples`, held inside the signal's margins. */
function frameCentres(grid: PitchGrid, signal: Signal, margin: number): Int32Array {
  return Int32Array.from({ length: grid.frames }, (_, m) => {
    const centre = Math.round(((m + 0.5) * grid.hopSize * ANALYSIS_RATE) / grid.sampleRate);
    return Math.min(signal.offset + centre, signal.samples.length - margin);
  });
}

function meanPower(samples: Float64Array, centre: number, size: number): number {
  let sum = 0;
  for (let i = centre - (size >> 1), end = i + size; i < end; i++) sum += samples[i]! * samples[i]!;
  return sum / size;
}

/** Candidates of every frame; none where it is silent. */
function allCandidates(signal: Signal, centres: Int32Array, options: PyinOptions): PitchCandidate[][] {
  const difference = new DifferenceFunction(windowSize(options), maxLag(options));
  const powers = Array.from(centres, (centre) => meanPower(signal.samples, centre, difference.windowSize));
  const loudest = powers.reduce((most, power) => Math.max(most, power), 0);
  const silence = loudest * 10 ** (SILENCE_DB / 10);
  const lead = Math.round((difference.windowSize + ANALYSIS_RATE / TYPICAL_HZ) / 2);
  const minLag = Math.floor(ANALYSIS_RATE / options.f0MaxHz) - 1;
  return powers.map((power, frame) => {
    if (power <= silence) return [];
    difference.compute(signal.samples, centres[frame]! - lead);
    return pitchCandidates(difference.troughs(minLag), ANALYSIS_RATE);
  });
}

function maxLag({ f0MinHz }: PyinOptions): number {
  return Math.ceil(ANALYSIS_RATE / f0MinHz) + 2;
}

function windowSize(options: PyinOptions): number {
  return Math.max(Math.round(WINDOW_SECONDS * ANALYSIS_RATE), maxLag(options));
}

/** F0 of a voiced frame: the likeliest candidate on the path, or the path's own pitch. */
function hzOnPath(candidates: readonly PitchCandidate[], state: number, states: PitchStates): number {
  let best: PitchCandidate | undefined;
  for (const candidate of candidates) {
    if (Math.abs(stateOf(candidate.hz, states) - state) > PATH_REACH) continue;
    if (!best || candidate.probability > best.probability) best = candidate;
  }
  return best?.hz ?? states.f0MinHz * 2 ** (state / STATES_PER_OCTAVE);
}

/**
 * A pYIN estimator. Works on audio of any rate; does not depend on its level.
 * @throws Error for a range outside 20 … 2000 Hz
 */
export function createPyin(options: PyinOptions): PitchEstimator {
  const { f0MinHz, f0MaxHz } = options;
  if (!(f0MinHz >= 20 && f0MinHz < f0MaxHz && f0MaxHz <= 2000)) {
    throw new Error(`Expected an F0 range within 20 to 2000 Hz, got ${f0MinHz} to ${f0MaxHz}`);
  }
  const states = pitchStates(f0MinHz, f0MaxHz);
  const margin = windowSize(options) + maxLag(options);
  return {
    id: `pyin-1:${f0MinHz}-${f0MaxHz}`,
    async estimate(audio: Audio, grid: PitchGrid): Promise<Float32Array> {
      const signal = padded(await resample(audio, ANALYSIS_RATE, 'fast'), 2 * margin);
      const centres = frameCentres(grid, signal, margin);
      const candidates = allCandidates(signal, centres, options);
      const path = mostProbablePath(candidates, states, grid.hopSize / grid.sampleRate);
      return Float32Array.from(path, (state, frame) => {
        if (state < 0) return 0;
        const hz = hzOnPath(candidates[frame]!, state, states);
        const refined = refineHz(signal.samples, ANALYSIS_RATE, centres[frame]!, hz);
        if (refined.mismatch > MAX_MISMATCH) return 0;
        return Math.min(f0MaxHz, Math.max(f0MinHz, refined.hz));
      });
    },
  };
}
