/**
 * The training material: pieces of the corpus, each rendered by several throats. All renderings of a piece say the same
 * at the same time; labels and the canonical voices' envelopes belong to the piece.
 */

import { melPointsHz } from '../audio/mel-filterbank';
import type { OnProgress } from '../config/progress';
import { BANDS, bandConfig, SAMPLE_RATE } from '../encoder/phone-net/front-end';
import { FRAMES_PER_STEP, REACH } from '../encoder/phone-net/network';
import { Philox, streams } from '../random/philox';
import type { Corpus, Take } from './corpus';
import { COEFFICIENTS } from './envelope';
import { drawMelody } from './melody';
import { isHissing, isVoiceless } from './phones';
import { type Throat, ThroatRenderer } from './throat';
import { drawTimeline, placeInPhone, type Timeline } from './timeline';

/** Units of a piece that carry labels. */
export const UNITS = 200;
/** Frames of a piece: those of its units and what the net sees around them. */
export const FRAMES = FRAMES_PER_STEP * (UNITS + 2 * REACH);
/** Values of a canonical voice's envelope: cepstra 1 ... of its mel bands. */
const CANONICAL = 20;
/** Renderings are kept as bytes: steps of 0.1 from 20.5 below the piece's level to 5 above. */
export const STEP = 0.1;
export const LOWEST = -20.5;
/** Exponent of the warp for sounds that are made in front of the throat: `s` and `sh` differ by where their noise lies. */
const TEETH_SHARE = 0.35;
/** Draws of noise that are reused. */
const NOISE = 2 ** 18;

export const RENDERINGS_GENERATION = 7;

export interface RenderPlan {
  readonly pieces: number;
  readonly perPiece: number;
  readonly seed: number;
}

export interface Renderings {
  readonly pieces: number;
  readonly perPiece: number;
  /** logarithms of band powers as bytes [pieces, perPiece, FRAMES, BANDS] */
  readonly bytes: Uint8Array;
  /** classes of the sound itself, the one before and the one after [3, pieces, UNITS] */
  readonly labels: Uint8Array;
  /** envelopes of the canonical voices [pieces, UNITS, voices * CANONICAL], mean 0 and deviation 1 */
  readonly canonical: Float32Array;
  /** take that a rendering comes from [pieces, perPiece] */
  readonly takes: Uint8Array;
}

function between(random: Philox, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

function drawThroat(random: Philox): Throat {
  return {
    // The training voices are men's: women's and children's throats are shorter.
    warp: Math.exp(between(random, -0.2, 0.42)),
    bend: between(random, -0.15, 0.15),
    blur: between(random, -0.004, 0.02),
    voicedHz: between(random, 3000, 8000),
    breath: Math.exp(between(random, -9, -1.5)),
  };
}

/** Where the frame `t` of a timeline lies in a take, in frames of 10 ms (fractional). */
function placeInTake(take: Take, corpus: Corpus, timeline: Timeline, t: number): number {
  const p = timeline.phone[t]!;
  const text = timeline.text[t]!;
  const began = p === corpus.textStart[text] ? 0 : take.ends[p - 1]!;
  const natural = take.ends[p]! - began;
  const seconds =
    began +
    placeInPhone(timeline.since[t]!, timeline.length[t]!, natural, timeline.hold[t]!, timeline.edgeSeconds);
  const first = take.frameStart[text]!;
  const last = take.frameStart[text + 1]! - 1;
  return Math.min(last, Math.max(first, first + seconds * 100 - 0.5));
}

/** Row of `data` [F, width] at the fractional place `at` into `out`. */
function interpolate(data: Float32Array, width: number, at: number, last: number, out: Float32Array): void {
  const low = Math.floor(at);
  const high = Math.min(last, low + 1);
  const share = at - low;
  for (let i = 0; i < width; i++) {
    const a = data[low * width + i]!;
    out[i] = a + share * (data[high * width + i]! - a);
  }
}

/** Everything that rendering needs beside the corpus. */
class Renderer {
  private readonly throats = new ThroatRenderer();
  private readonly cepstrum = new Float32Array(COEFFICIENTS);
  private readonly powers = new Float64Array(BANDS);
  private readonly row = new Float32Array(BANDS);
  private readonly toCanonical = canonicalMatrix();

  private readonly noise: Float32Array;

  constructor(
    private readonly corpus: Corpus,
    seed: number,
  ) {
    this.noise = new Philox(seed, streams.encoderRenderings, 2 ** 40).normals(NOISE);
  }

  /** Draws for one frame [BANDS], out of a table: drawing anew would take longer than everything else. */
  private noiseFrom(start: number): Float32Array {
    const at = start % (NOISE - BANDS);
    return this.noise.subarray(at, at + BANDS);
  }

  /** Logarithms of band powers [FRAMES, BANDS] of a throat that sings. */
  sing(take: Take, timeline: Timeline, random: Philox, out: Float32Array): void {
    const { corpus, cepstrum, powers } = this;
    const throat = drawThroat(random);
    const teeth = { ...throat, warp: throat.warp ** TEETH_SHARE, bend: throat.bend * TEETH_SHARE };
    const melody = drawMelody(timeline, corpus.phones, random);
    const last = take.cepstra.length / COEFFICIENTS - 1;
    const start = random.integer(NOISE - BANDS);
    for (let t = 0; t < FRAMES; t++) {
      interpolate(take.cepstra, COEFFICIENTS, placeInTake(take, corpus, timeline, t), last, cepstrum);
      const phone = corpus.phones[timeline.phone[t]!]!;
      const f0Hz = isVoiceless[phone] ? 0 : melody[t]!;
      this.throats.render(
        cepstrum,
        f0Hz,
        isHissing[phone] ? teeth : throat,
        this.noiseFrom(start + 7919 * t),
        powers,
      );
      for (let b = 0; b < BANDS; b++) out[t * BANDS + b] = Math.log(powers[b]! + 1e-12);
    }
  }

  /** Logarithms of band powers of a recording, its bands moved along the frequency axis. */
  play(take: Take, timeline: Timeline, random: Philox, out: Float32Array): void {
    const last = take.logs.length / BANDS - 1;
    const from = warpedBands(Math.exp(between(random, -0.1, 0.2)));
    for (let t = 0; t < FRAMES; t++) {
      const at = Math.round(placeInTake(take, this.corpus, timeline, t));
      interpolate(take.logs, BANDS, Math.min(last, at), last, this.row);
      for (let b = 0; b < BANDS; b++) {
        const low = Math.floor(from[b]!);
        const high = Math.min(BANDS - 1, low + 1);
        out[t * BANDS + b] = this.row[low]! + (from[b]! - low) * (this.row[high]! - this.row[low]!);
      }
    }
  }

  /** Envelopes of all throats as they are, [UNITS, throats * CANONICAL]. */
  canonical(timeline: Timeline, out: Float32Array): void {
    const { corpus, cepstrum, toCanonical } = this;
    const width = corpus.throats.length * CANONICAL;
    corpus.throats.forEach((take, v) => {
      const last = take.cepstra.length / COEFFICIENTS - 1;
      for (let u = 0; u < UNITS; u++) {
        const at = placeInTake(take, corpus, timeline, FRAMES_PER_STEP * (u + REACH) + 1) - 0.5;
        interpolate(take.cepstra, COEFFICIENTS, Math.max(0, at), last, cepstrum);
        for (let d = 0; d < CANONICAL; d++) {
          let sum = 0;
          for (let n = 0; n < COEFFICIENTS; n++) sum += toCanonical[d * COEFFICIENTS + n]! * cepstrum[n]!;
          out[u * width + v * CANONICAL + d] = sum;
        }
      }
    });
  }
}

/** Fractional band that each band takes its value from where all frequencies are multiplied by `warp`. */
function warpedBands(warp: number): Float64Array {
  const points = melPointsHz(bandConfig).subarray(1, BANDS + 1);
  return Float64Array.from(points, (hz) => {
    const wanted = hz / warp;
    if (wanted <= points[0]!) return 0;
    for (let b = 1; b < BANDS; b++) {
      if (wanted <= points[b]!) return b - 1 + (wanted - points[b - 1]!) / (points[b]! - points[b - 1]!);
    }
    return BANDS - 1;
  });
}

/** From a cepstrum to cepstra 1 ... CANONICAL of its curve at the bands [CANONICAL, COEFFICIENTS]. */
function canonicalMatrix(): Float64Array {
  const points = melPointsHz(bandConfig).subarray(1, BANDS + 1);
  const out = new Float64Array(CANONICAL * COEFFICIENTS);
  for (let d = 0; d < CANONICAL; d++) {
    for (let n = 0; n < COEFFICIENTS; n++) {
      let sum = 0;
      for (let b = 0; b < BANDS; b++) {
        const value = (n === 0 ? 1 : 2) * Math.cos((2 * Math.PI * n * points[b]!) / SAMPLE_RATE);
        sum += value * Math.cos((Math.PI * (d + 1) * (b + 0.5)) / BANDS);
      }
      out[d * COEFFICIENTS + n] = (2 / BANDS) * sum;
    }
  }
  return out;
}

/** Bytes of logarithms of band powers, relative to the loudest band. */
function quantise(logs: Float32Array, out: Uint8Array): void {
  let peak = -Infinity;
  for (const v of logs) if (v > peak) peak = v;
  const level = peak - 4;
  for (let i = 0; i < logs.length; i++) {
    out[i] = Math.max(0, Math.min(255, Math.round((logs[i]! - level - LOWEST) / STEP)));
  }
}

function writeLabels(
  corpus: Corpus,
  timeline: Timeline,
  piece: number,
  out: Uint8Array,
  pieces: number,
): void {
  for (let u = 0; u < UNITS; u++) {
    const p = timeline.phone[FRAMES_PER_STEP * (u + REACH) + 1]!;
    const around = [p, Math.max(0, p - 1), Math.min(corpus.phones.length - 1, p + 1)];
    around.forEach((index, head) => {
      out[(head * pieces + piece) * UNITS + u] = corpus.phones[index]!;
    });
  }
}

/** Makes every column of [n, width] have mean 0 and deviation 1. */
function standardise(rows: Float32Array, width: number): void {
  const count = rows.length / width;
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let square = 0;
    for (let i = c; i < rows.length; i += width) {
      sum += rows[i]!;
      square += rows[i]! ** 2;
    }
    const mean = sum / count;
    const deviation = Math.sqrt(square / count - mean ** 2);
    for (let i = c; i < rows.length; i += width) rows[i] = (rows[i]! - mean) / deviation;
  }
}

/**
 * Renders the training material. Every other rendering of a piece is a recording as it is (at its own pitch).
 * @throws the signal's reason when aborted
 */
export async function renderPieces(
  corpus: Corpus,
  plan: RenderPlan,
  options: { readonly progress: OnProgress; readonly signal: AbortSignal },
): Promise<Renderings> {
  const { pieces, perPiece, seed } = plan;
  const renderer = new Renderer(corpus, seed);
  const size = FRAMES * BANDS;
  const width = corpus.throats.length * CANONICAL;
  const out: Renderings = {
    pieces,
    perPiece,
    bytes: new Uint8Array(pieces * perPiece * size),
    labels: new Uint8Array(3 * pieces * UNITS),
    canonical: new Float32Array(pieces * UNITS * width),
    takes: new Uint8Array(pieces * perPiece),
  };
  const logs = new Float32Array(size);
  for (let s = 0; s < pieces; s++) {
    const random = new Philox(seed, streams.encoderSegments, s);
    const { ends } = corpus.throats[s % corpus.throats.length]!;
    const timeline = drawTimeline({ ...corpus, ends }, FRAMES, random);
    writeLabels(corpus, timeline, s, out.labels, pieces);
    renderer.canonical(timeline, out.canonical.subarray(s * UNITS * width, (s + 1) * UNITS * width));
    for (let v = 0; v < perPiece; v++) {
      const draws = new Philox(seed, streams.encoderRenderings, s * perPiece + v);
      const recorded = v % 4 === 3;
      const takes = recorded ? corpus.recordings : corpus.throats;
      const which = (s + v + (v >> 1)) % takes.length;
      if (recorded) renderer.play(takes[which]!, timeline, draws, logs);
      else renderer.sing(takes[which]!, timeline, draws, logs);
      out.takes[s * perPiece + v] = which;
      const at = (s * perPiece + v) * size;
      quantise(logs, out.bytes.subarray(at, at + size));
    }
    if (s % 20 === 0) {
      options.progress({ label: 'renderings', done: s, total: pieces, unit: 'pieces' });
      await new Promise(setImmediate);
      options.signal.throwIfAborted();
    }
  }
  standardise(out.canonical, width);
  return out;
}
