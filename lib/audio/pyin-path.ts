/** The most probable course of pitch and voicing through the candidates (Mauch and Dixon 2014, section 2.2). */
import type { PitchCandidate } from './pyin-candidates';

/** 20 cents a state, as in the paper */
export const STATES_PER_OCTAVE = 60;
/** fastest change of pitch, as in the authors' plug-in at its own hop */
const MAX_OCTAVES_PER_SECOND = 35.92;
/** how often the voice sets in or ends */
const SWITCHES_PER_SECOND = 0.86;
/** probability of what the candidates rule out */
const LEAST_PROBABILITY = 1e-10;

/** The scale of pitch states. */
export interface PitchStates {
  readonly f0MinHz: number;
  /** number of states */
  readonly count: number;
}

/** States from f0MinHz to f0MaxHz. */
export function pitchStates(f0MinHz: number, f0MaxHz: number): PitchStates {
  return { f0MinHz, count: Math.ceil(Math.log2(f0MaxHz / f0MinHz) * STATES_PER_OCTAVE) + 1 };
}

/** Nearest state of a frequency; may lie outside 0 … count − 1. */
export function stateOf(hz: number, states: PitchStates): number {
  return Math.round(Math.log2(hz / states.f0MinHz) * STATES_PER_OCTAVE);
}

/** Log probabilities of a frame: voiced states, and one value for every unvoiced state. */
function observe(candidates: readonly PitchCandidate[], states: PitchStates, voiced: Float64Array): number {
  voiced.fill(0);
  let total = 0;
  for (const { hz, probability } of candidates) {
    const state = stateOf(hz, states);
    if (state < 0 || state >= states.count) continue;
    voiced[state]! += probability;
    total += probability;
  }
  for (let i = 0; i < voiced.length; i++) voiced[i] = Math.log(Math.max(LEAST_PROBABILITY, voiced[i]!));
  return Math.log(Math.max(LEAST_PROBABILITY, (1 - Math.min(1, total)) / states.count));
}

/** Log weights of a move by −reach … reach states, falling linearly [2·reach + 1]. */
function triangle(reach: number): Float64Array {
  const total = (reach + 1) ** 2;
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.log((reach + 1 - Math.abs(i - reach)) / total),
  );
}

/** Best predecessor of every state within reach: its score in `best`, its index in `from`. */
function stepWithin(
  previous: Float64Array,
  moves: Float64Array,
  best: Float64Array,
  from: Uint16Array,
): void {
  const reach = (moves.length - 1) / 2;
  const count = previous.length;
  for (let state = 0; state < count; state++) {
    const first = Math.max(0, state - reach);
    const last = Math.min(count - 1, state + reach);
    let score = Number.NEGATIVE_INFINITY;
    let at = first;
    for (let i = first, k = first - state + reach; i <= last; i++, k++) {
      const value = previous[i]! + moves[k]!;
      if (value > score) {
        score = value;
        at = i;
      }
    }
    best[state] = score;
    from[state] = at;
  }
}

/** Scores of the two kinds of states and the way back, for one run of `viterbi`. */
class Lattice {
  readonly score: [Float64Array, Float64Array];
  readonly best: [Float64Array, Float64Array];
  readonly from: [Uint16Array, Uint16Array];
  /** per frame and state of both kinds: predecessor, + count if it was of the other kind */
  readonly back: Uint16Array;

  constructor(
    readonly count: number,
    frames: number,
  ) {
    this.score = [new Float64Array(count), new Float64Array(count)];
    this.best = [new Float64Array(count), new Float64Array(count)];
    this.from = [new Uint16Array(count), new Uint16Array(count)];
    this.back = new Uint16Array(2 * count * frames);
  }

  /** One frame on: `kind` 0 = unvoiced, 1 = voiced. */
  advance(
    frame: number,
    kind: 0 | 1,
    stay: number,
    change: number,
    observed: (state: number) => number,
  ): void {
    const other = kind === 0 ? 1 : 0;
    const base = (2 * frame + kind) * this.count;
    for (let state = 0; state < this.count; state++) {
      const same = this.best[kind][state]! + stay;
      const switched = this.best[other][state]! + change;
      this.back[base + state] =
        same >= switched ? this.from[kind][state]! : this.from[other][state]! + this.count;
      this.score[kind][state] = Math.max(same, switched) + observed(state);
    }
  }
}

/**
 * Viterbi over voiced and unvoiced pitch states.
 * @param candidates per frame [T]
 * @returns state per frame [T], −1 = unvoiced
 */
export function mostProbablePath(
  candidates: readonly (readonly PitchCandidate[])[],
  states: PitchStates,
  hopSeconds: number,
): Int32Array {
  const { count } = states;
  const path = new Int32Array(candidates.length).fill(-1);
  if (candidates.length === 0) return path;
  const reach = Math.max(
    1,
    Math.min(count - 1, Math.round(MAX_OCTAVES_PER_SECOND * hopSeconds * STATES_PER_OCTAVE)),
  );
  const moves = triangle(reach);
  const change = Math.log(Math.min(0.5, SWITCHES_PER_SECOND * hopSeconds));
  const stay = Math.log1p(-Math.exp(change));
  const lattice = new Lattice(count, candidates.length);
  const voiced = new Float64Array(count);
  candidates.forEach((frameCandidates, frame) => {
    const unvoiced = observe(frameCandidates, states, voiced);
    if (frame > 0) {
      for (const kind of [0, 1] as const) {
        stepWithin(lattice.score[kind], moves, lattice.best[kind], lattice.from[kind]);
      }
    }
    lattice.advance(frame, 0, stay, change, () => unvoiced);
    lattice.advance(frame, 1, stay, change, (state) => voiced[state]!);
  });
  traceBack(lattice, path);
  return path;
}

function traceBack(lattice: Lattice, path: Int32Array): void {
  const { back, count, score } = lattice;
  const top = (values: Float64Array) =>
    values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
  const ends = [top(score[0]), top(score[1])] as const;
  let kind = score[1][ends[1]]! > score[0][ends[0]]! ? 1 : 0;
  let state = ends[kind as 0 | 1];
  for (let frame = path.length - 1; frame >= 0; frame--) {
    if (kind === 1) path[frame] = state;
    const before = back[(2 * frame + kind) * count + state]!;
    if (before >= count) kind = 1 - kind;
    state = before % count;
  }
}
