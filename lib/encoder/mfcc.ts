/**
 * A content encoder that needs no weights: cepstra on the mel grid, normalised over the speaker, and for a source moved
 * to the target by a warp of the frequency axis and an affine map. Needs a TensorFlow backend for a source's profile.
 */
import type { Audio, FrameMatrix } from '../audio/audio';
import { resample } from '../audio/resample';
import type { ContentEncoder, SpeakerProfile, Units } from './content-encoder';
import {
  BANDS,
  CEPSTRA,
  FrontEnd,
  type GridConfig,
  HIGHEST_HZ,
  LOWEST_HZ,
  warpedBands,
} from './mfcc-cepstra';
import { measureLoudness, NEIGHBOURS, neighbourhoods, spread } from './mfcc-frames';
import { type MfccProfile, readMfccProfile, writeMfccProfile } from './mfcc-profile';
import { columnMoments, findWarp } from './warp';
import { applyAffine, identityAffine } from './warp-affine';

/** Normalised values beyond are outliers. */
const CLIP = 4;
/** Added to the power of a band, natural logarithm below the loud level of the whole frame: -96 dB. */
const FLOOR_BELOW = 22;
/** Frames of a source that are matched; evenly spaced over all of it. */
const SOURCE_FRAMES = 3000;
/** Frames of the target that are kept in its profile to be matched with. */
const TARGET_FRAMES = 1500;
const LEAST_DEVIATION = 1e-3;

function clip(value: number): number {
  return Math.min(CLIP, Math.max(-CLIP, value));
}

/** Cepstra of `frames` power spectra [frames, bins] at one warp. */
function cepstraOf(
  power: Float32Array,
  frontEnd: FrontEnd,
  grid: GridConfig,
  warp: number,
  floor: number,
): Float32Array {
  const bands = warpedBands(grid, frontEnd.fftSize, warp);
  const frames = power.length / frontEnd.bins;
  const out = new Float32Array(frames * CEPSTRA);
  for (let t = 0; t < frames; t++) frontEnd.cepstra(power, t * frontEnd.bins, bands, floor, out, t * CEPSTRA);
  return out;
}

/** Statistics of the middles and the normalised rows [n, NEIGHBOURS * CEPSTRA] of cepstra with their neighbours. */
function normaliseRows(cepstra: Float32Array): {
  readonly rows: FrameMatrix;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
} {
  const width = NEIGHBOURS.length * CEPSTRA;
  const frames = cepstra.length / width;
  const skip = (width - CEPSTRA) / 2;
  const middles = cepstra.filter((_, i) => i % width >= skip && i % width < skip + CEPSTRA);
  const { mean, deviation } = columnMoments(middles, CEPSTRA);
  const data = cepstra.map((v, i) => clip((v - mean[i % CEPSTRA]!) / deviation[i % CEPSTRA]!));
  return { rows: { data, frames, width }, mean, deviation };
}

/** Profile of a speaker whose recordings have the grid's rate; moved to `target` if there is one. */
function measure(
  recordings: readonly Float32Array[],
  grid: GridConfig,
  target: MfccProfile | null,
): MfccProfile {
  const frontEnd = new FrontEnd(grid);
  const { level, mean: loudnessMean, deviation, loud } = measureLoudness(recordings, frontEnd);
  const loudness = { loudnessMean, loudnessDeviation: Math.max(LEAST_DEVIATION, deviation) };
  const floor = Math.exp(level - FLOOR_BELOW);
  const chosen = spread(loud, SOURCE_FRAMES);
  const power = neighbourhoods(recordings, chosen, frontEnd);
  const at = (warp: number) => normaliseRows(cepstraOf(power, frontEnd, grid, warp, floor));
  if (target === null) {
    const { rows, mean, deviation: scale } = at(1);
    const kept = spread([...Array(rows.frames).keys()], TARGET_FRAMES);
    const codebook = kept.flatMap((t) => [...rows.data.subarray(t * rows.width, (t + 1) * rows.width)]);
    const map = identityAffine(CEPSTRA);
    return {
      warp: 1,
      floor,
      mean,
      deviation: scale,
      ...loudness,
      map,
      codebook: Float32Array.from(codebook),
    };
  }
  const width = NEIGHBOURS.length * CEPSTRA;
  const codebook = { data: target.codebook, frames: target.codebook.length / width, width };
  const { warp, map } = findWarp((w) => at(w).rows, codebook, CEPSTRA);
  const { mean, deviation: scale } = at(warp);
  return { warp, floor, mean, deviation: scale, ...loudness, map, codebook: target.codebook };
}

/** Units [T, CEPSTRA + 1] of samples at the grid's rate; the last value is the loudness. */
function encode(samples: Float32Array, grid: GridConfig, profile: MfccProfile): FrameMatrix {
  const frontEnd = new FrontEnd(grid);
  const bands = warpedBands(grid, frontEnd.fftSize, profile.warp);
  const frames = frontEnd.frames(samples.length);
  const width = CEPSTRA + 1;
  const data = new Float32Array(frames * width);
  const power = new Float32Array(frontEnd.bins);
  const row = new Float32Array(CEPSTRA);
  for (let t = 0; t < frames; t++) {
    frontEnd.power(samples, t, power);
    frontEnd.cepstra(power, 0, bands, profile.floor, row, 0);
    for (let c = 0; c < CEPSTRA; c++) row[c] = clip((row[c]! - profile.mean[c]!) / profile.deviation[c]!);
    applyAffine(profile.map, row, 0, data, t * width);
    data[t * width + CEPSTRA] = (frontEnd.loudness(power) - profile.loudnessMean) / profile.loudnessDeviation;
  }
  return { data: data.map(clip), frames, width };
}

/**
 * The encoder. Unit u is centred on mel frame u of `config` (spec section b), so units and mel frames are the same in
 * number (at least one unit, even for less than a hop).
 * @throws Error (from `profile`) without a recording, or for a target's profile of another encoder
 */
export function createMfccEncoder(config: GridConfig): ContentEncoder {
  const { sampleRate, hopSize } = config;
  const id = `mfcc-1-${CEPSTRA}of${BANDS}-${LOWEST_HZ}to${HIGHEST_HZ}hz-${sampleRate}-${hopSize}`;
  const samplesOf = async (audio: Audio): Promise<Float32Array> =>
    (await resample(audio, sampleRate)).samples;
  const profile = async (recordings: readonly Audio[], target?: SpeakerProfile): Promise<SpeakerProfile> => {
    if (recordings.length === 0) throw new Error('Expected at least one recording of a speaker, got none');
    const samples: Float32Array[] = [];
    for (const recording of recordings) samples.push(await samplesOf(recording));
    const goal = target === undefined ? null : readMfccProfile(target, id);
    return writeMfccProfile(measure(samples, config, goal), id, goal === null);
  };
  const units = async (audio: Audio, speaker: SpeakerProfile): Promise<Units> => ({
    matrix: encode(await samplesOf(audio), config, readMfccProfile(speaker, id)),
    hopSeconds: hopSize / sampleRate,
    firstCentreSeconds: hopSize / 2 / sampleRate,
  });
  return { id, unitSize: CEPSTRA + 1, profile, units };
}
