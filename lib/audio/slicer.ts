/**
 * Cuts a recording into clips: silences apart, voiced clips of bearable length, cut where it is quietest. The slices
 * cover the input without gaps or overlaps, so the parts of a converted song fit together again. (`slicer-reference.ts`
 * is the reference's slicer, which has no maximum.)
 */
import type { SliceConfig } from '../config/schema';
import type { Audio } from './audio';
import { cutLongStretch } from './slicer-cuts';

/** Samples [start, end) of a recording. */
export interface Slice {
  readonly start: number;
  readonly end: number;
  readonly silent: boolean;
}

const BLOCK_SECONDS = 0.01;
/** a quiet stretch shorter than this is part of the singing */
const SILENCE_SECONDS = 0.5;
/** quiet that stays with the voice at each side of a silence: onsets and decays */
const MARGIN_SECONDS = 0.1;
/** a silent slice shorter than this is not worth a slice */
const LEAST_SILENT_SECONDS = SILENCE_SECONDS - 2 * MARGIN_SECONDS;
/** nothing below this level is a voice, however quiet the recording */
const FLOOR_DB = -70;

/** A voiced stretch under construction. */
interface Stretch {
  start: number;
  end: number;
}

/** Level in dB of a mean square; digital silence is −200 dB, so nothing is ever infinite. */
function levelDb(meanSquare: number): number {
  return 10 * Math.log10(Math.max(meanSquare, 1e-20));
}

/** Mean square of every block of `size` samples; the last one may be shorter. */
function blockPowers(samples: Float32Array, size: number): Float64Array {
  const powers = new Float64Array(Math.ceil(samples.length / size));
  for (let block = 0; block < powers.length; block++) {
    const end = Math.min(samples.length, (block + 1) * size);
    let sum = 0;
    for (let i = block * size; i < end; i++) sum += samples[i]! * samples[i]!;
    powers[block] = sum / (end - block * size);
  }
  return powers;
}

/** Level in dB around every block: the mean over it and its two neighbours. */
function smoothLevels(powers: Float64Array): Float64Array {
  return powers.map((power, i) => levelDb(((powers[i - 1] ?? power) + power + (powers[i + 1] ?? power)) / 3));
}

/** Silences as block ranges, without their margins; the margin is not kept at the ends of the recording. */
function silentRanges(levels: Float64Array, thresholdDb: number): Stretch[] {
  const loudest = levels.reduce((most, level) => Math.max(most, level), FLOOR_DB);
  const threshold = Math.max(FLOOR_DB, loudest + thresholdDb);
  const margin = Math.round(MARGIN_SECONDS / BLOCK_SECONDS);
  const ranges: Stretch[] = [];
  for (let i = 0; i < levels.length; i++) {
    if (levels[i]! >= threshold) continue;
    const first = i;
    while (i < levels.length && levels[i]! < threshold) i++;
    if (i - first < Math.round(SILENCE_SECONDS / BLOCK_SECONDS) && i - first < levels.length) continue;
    const start = first === 0 ? 0 : first + margin;
    const end = i === levels.length ? i : i - margin;
    ranges.push({ start, end });
  }
  return ranges;
}

/** What lies between the silences. */
function voicedStretches(silences: readonly Stretch[], total: number): Stretch[] {
  const edges = [0, ...silences.flatMap(({ start, end }) => [start, end]), total];
  const stretches: Stretch[] = [];
  for (let i = 0; i < edges.length; i += 2) {
    if (edges[i]! < edges[i + 1]!) stretches.push({ start: edges[i]!, end: edges[i + 1]! });
  }
  return stretches;
}

/**
 * Lets stretches shorter than `least` grow into the silence around them, both sides alike where there is room, and
 * joins those that come to lie closer than `leastGap`.
 */
function growShort(stretches: readonly Stretch[], least: number, leastGap: number, total: number): Stretch[] {
  const grown: Stretch[] = [];
  stretches.forEach((stretch, i) => {
    let current = { ...stretch };
    const before = grown.at(-1);
    const roomEnd = stretches[i + 1]?.start ?? total;
    const roomStart = before?.end ?? 0;
    const missing = least - (current.end - current.start);
    if (missing > 0) {
      const right = Math.min(
        roomEnd - current.end,
        Math.max(Math.ceil(missing / 2), missing - (current.start - roomStart)),
      );
      const left = Math.min(current.start - roomStart, missing - right);
      current = { start: current.start - left, end: current.end + right };
    }
    if (roomEnd === total && total - current.end < leastGap) current.end = total;
    if (current.start - roomStart >= leastGap) grown.push(current);
    else if (before) before.end = current.end;
    else grown.push({ start: 0, end: current.end });
  });
  return grown;
}

/**
 * Cuts `audio` into slices that cover it exactly, in order.
 *
 * Silent: quieter than `thresholdDb` below the loudest 30 ms of the recording (or than −70 dB of full scale) for 0.5 s
 * or more, less 0.1 s at each side. Voiced: the rest, `minSeconds` to `maxSeconds` long: shorter ones take of the silence
 * around, longer ones are cut where it is quietest. Only a recording that is itself too short gives a shorter slice.
 * @param audio finite samples
 */
export function sliceAtSilence(audio: Audio, config: SliceConfig): Slice[] {
  const { samples, sampleRate } = audio;
  const n = samples.length;
  if (n === 0) return [];
  const block = Math.max(1, Math.round(BLOCK_SECONDS * sampleRate));
  const powers = blockPowers(samples, block);
  const toSample = (position: number) => Math.min(n, position * block);
  const silences = silentRanges(smoothLevels(powers), config.thresholdDb).map(({ start, end }) => ({
    start: toSample(start),
    end: toSample(end),
  }));
  const voiced = growShort(
    voicedStretches(silences, n),
    Math.ceil(config.minSeconds * sampleRate),
    Math.round(LEAST_SILENT_SECONDS * sampleRate),
    n,
  );
  const lengths = { min: config.minSeconds * sampleRate, max: config.maxSeconds * sampleRate };
  const slices: Slice[] = [];
  let at = 0;
  for (const { start, end } of voiced) {
    if (start > at) slices.push({ start: at, end: start, silent: true });
    const cuts = [start, ...cutLongStretch({ start, end }, lengths, { powers, block }), end];
    for (let i = 1; i < cuts.length; i++) slices.push({ start: cuts[i - 1]!, end: cuts[i]!, silent: false });
    at = end;
  }
  if (at < n) slices.push({ start: at, end: n, silent: true });
  return slices;
}
