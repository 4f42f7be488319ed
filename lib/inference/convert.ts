/**
 * The conversion of a song: slice, encode, key shift, sample, synthesise, cross-fade (spec section h, with the defects of
 * section k mended). The result has exactly the length of the song.
 */

import { alignFrames, mel2phReference } from '../audio/align';
import type { Audio, FrameMatrix } from '../audio/audio';
import { f0ToLog2 } from '../audio/pitch';
import { resample } from '../audio/resample';
import { type Slice, sliceAtSilence } from '../audio/slicer';
import { sliceReference } from '../audio/slicer-reference';
import type { OnProgress } from '../config/progress';
import { padWidth } from '../data/pad-width';
import type { SpeakerProfile } from '../encoder/content-encoder';
import { addWithFades } from './crossfade';
import { groupPieces } from './piece-groups';
import { type SongPitch, songPitch } from './song-pitch';
import type { MelCondition, SampleRequest, Voice } from './voice';

/** How a song is converted. */
export interface ConvertOptions {
  /** semitones; fractions are cents */
  readonly keyShift: number;
  readonly seed: number;
  /** fade on either side of a cut */
  readonly crossfadeMs: number;
  readonly progress: OnProgress;
  readonly signal: AbortSignal;
  /** replaces the units of a slice, for controls in a measurement; default: none */
  readonly editUnits?: (units: FrameMatrix) => FrameMatrix;
}

/** What came out. */
export interface Conversion {
  /** at the voice's rate, `round(N * rate / song rate)` samples */
  readonly audio: Audio;
  /** Hz per mel frame, as sung; 0 = unvoiced */
  readonly f0Hz: Float32Array;
  readonly slices: readonly Slice[];
}

/**
 * Sings `song` in `voice`.
 * @throws the signal's reason when aborted
 */
export async function convert(voice: Voice, song: Audio, options: ConvertOptions): Promise<Conversion> {
  const { audio: rate, slice: cut, compat } = voice.config;
  const input = await resample(song, rate.sampleRate);
  const frames = Math.ceil(input.samples.length / rate.hopSize);
  const found = f0ToLog2(await voice.pitch.estimate(input, { ...rate, frames }));
  const pitch = songPitch(found, options.keyShift, voice.config);
  const profile = await voice.encoder.profile([input], voice.profile);
  const slices = compat.slicer ? sliceReference(input, cut) : sliceAtSilence(input, cut);
  const margin = Math.round((options.crossfadeMs / 1000) * rate.sampleRate);
  const out = new Float32Array(input.samples.length);
  const sung = slices.filter((slice) => !slice.silent);
  const pieces = sung.map((slice, index) => ({
    slice,
    index,
    ...widen(slice, margin, rate.hopSize, input.samples.length),
  }));
  const report = (done: number): void =>
    options.progress({ label: 'convert', done, total: pieces.length, unit: 'slices' });
  const lengths = pieces.map((piece) => piece.end - piece.start);
  let done = 0;
  for (const group of groupPieces(lengths, voice.sampler.together)) {
    options.signal.throwIfAborted();
    const chosen = group.map((i) => pieces[i]!);
    const onStep = (step: number, of: number): void => report(done + (step / of) * group.length);
    const rendered = await renderPieces(voice, { input, pitch, profile, pieces: chosen, onStep }, options);
    for (const [i, { slice, start }] of chosen.entries()) {
      addWithFades(out, { ...slice, offset: start, samples: rendered[i]! }, margin);
    }
    done += group.length;
    report(done);
  }
  return { audio: { samples: out, sampleRate: rate.sampleRate }, f0Hz: pitch.f0Hz, slices };
}

/** Part of the song: [start, end) in samples; `start` is a multiple of the hop. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** number among the pieces of the song, which gives its noise */
  readonly index: number;
}

/** What pieces are rendered from. */
interface PieceInput {
  readonly input: Audio;
  readonly pitch: SongPitch;
  readonly profile: SpeakerProfile;
  readonly pieces: readonly Piece[];
  readonly onStep: (done: number, total: number) => void;
}

/** Samples of pieces that are sampled together; those of a piece begin at its `start`. */
async function renderPieces(
  voice: Voice,
  from: PieceInput,
  options: ConvertOptions,
): Promise<Float32Array[]> {
  const { seed, signal } = options;
  const requests: SampleRequest[] = [];
  for (const [i, piece] of from.pieces.entries()) {
    const condition = await conditionOf(voice, from, piece, options);
    requests.push({ condition, seed, index: piece.index, onStep: i === 0 ? from.onStep : () => {}, signal });
  }
  const mels = await voice.sampler.sample(requests);
  const { melMin, melMax } = voice.config.inference;
  const samples: Float32Array[] = [];
  for (const [i, piece] of from.pieces.entries()) {
    const { data, ...shape } = mels[i]!;
    const mel = { ...shape, data: data.map((v) => Math.min(melMax, Math.max(melMin, v))) };
    const { first, frames } = framesOf(piece, voice.config.audio.hopSize);
    const f0Hz = from.pitch.f0Hz.slice(first, first + frames);
    samples.push(await voice.vocoder.synthesize({ mel, f0Hz, seed: seed + piece.index, signal }));
  }
  return samples;
}

/** What the sampler is told about a piece. */
async function conditionOf(
  voice: Voice,
  { input, pitch, profile }: PieceInput,
  piece: Piece,
  options: ConvertOptions,
): Promise<MelCondition> {
  const { audio: rate, model, compat } = voice.config;
  const { first, frames } = framesOf(piece, rate.hopSize);
  const audio = { samples: input.samples.slice(piece.start, piece.end), sampleRate: rate.sampleRate };
  const units = await voice.encoder.units(audio, profile);
  const retrieved = voice.retrieval ? voice.retrieval.retrieve(units.matrix) : units.matrix;
  const edited = options.editUnits ? options.editUnits(retrieved) : retrieved;
  return {
    units: padWidth(edited, model.hiddenSize),
    mel2ph: compat.mel2ph
      ? mel2phReference(edited.frames, frames)
      : alignFrames({ ...rate, frames }, { ...units, units: edited.frames }),
    f0Log2: pitch.f0Log2.slice(first, first + frames),
  };
}

/** The song's mel frames of a piece. */
function framesOf({ start, end }: Piece, hop: number): { first: number; frames: number } {
  return { first: start / hop, frames: Math.ceil((end - start) / hop) };
}

/** Adds the fade's margin on both sides and moves the start down to a frame, so that the song's frames are the piece's. */
function widen(slice: Slice, margin: number, hop: number, length: number): { start: number; end: number } {
  return {
    start: Math.max(0, Math.floor((slice.start - margin) / hop) * hop),
    end: Math.min(length, slice.end + margin),
  };
}
