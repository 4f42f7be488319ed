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
import { type SongPitch, songPitch } from './song-pitch';
import type { Voice } from './voice';

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
  const total = slices.reduce((sum, slice) => sum + (slice.silent ? 0 : 1), 0);
  let index = 0;
  for (const slice of slices) {
    options.signal.throwIfAborted();
    if (slice.silent) continue;
    const report = (done: number, of: number): void =>
      options.progress({ label: 'convert', done: index + done / of, total, unit: 'slices' });
    const piece = widen(slice, margin, rate.hopSize, input.samples.length);
    const samples = await renderPiece(voice, { input, pitch, profile, piece, index, report }, options);
    addWithFades(out, { ...slice, offset: piece.start, samples }, margin);
    index += 1;
    options.progress({ label: 'convert', done: index, total, unit: 'slices' });
  }
  return { audio: { samples: out, sampleRate: rate.sampleRate }, f0Hz: pitch.f0Hz, slices };
}

/** What one piece is rendered from. */
interface PieceInput {
  readonly input: Audio;
  readonly pitch: SongPitch;
  readonly profile: SpeakerProfile;
  readonly piece: { readonly start: number; readonly end: number };
  readonly index: number;
  readonly report: (done: number, total: number) => void;
}

/** Samples of one piece; starts at `piece.start`, a multiple of the hop. */
async function renderPiece(voice: Voice, from: PieceInput, options: ConvertOptions): Promise<Float32Array> {
  const { audio: rate, model, inference, compat } = voice.config;
  const first = from.piece.start / rate.hopSize;
  const frames = Math.ceil((from.piece.end - from.piece.start) / rate.hopSize);
  const audio = {
    samples: from.input.samples.slice(from.piece.start, from.piece.end),
    sampleRate: rate.sampleRate,
  };
  const units = await voice.encoder.units(audio, from.profile);
  const retrieved = voice.retrieval ? voice.retrieval.retrieve(units.matrix) : units.matrix;
  const edited = options.editUnits ? options.editUnits(retrieved) : retrieved;
  const mel = await voice.sampler.sample({
    condition: {
      units: padWidth(edited, model.hiddenSize),
      mel2ph: compat.mel2ph
        ? mel2phReference(edited.frames, frames)
        : alignFrames({ ...rate, frames }, { ...units, units: edited.frames }),
      f0Log2: from.pitch.f0Log2.slice(first, first + frames),
    },
    seed: options.seed,
    index: from.index,
    onStep: from.report,
    signal: options.signal,
  });
  const clipped = {
    ...mel,
    data: mel.data.map((v) => Math.min(inference.melMax, Math.max(inference.melMin, v))),
  };
  const f0Hz = from.pitch.f0Hz.slice(first, first + frames);
  const { signal } = options;
  return voice.vocoder.synthesize({ mel: clipped, f0Hz, seed: options.seed + from.index, signal });
}

/** Adds the fade's margin on both sides and moves the start down to a frame, so that the song's frames are the piece's. */
function widen(slice: Slice, margin: number, hop: number, length: number): { start: number; end: number } {
  return {
    start: Math.max(0, Math.floor((slice.start - margin) / hop) * hop),
    end: Math.min(length, slice.end + margin),
  };
}
