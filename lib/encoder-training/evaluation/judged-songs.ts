/** Songs beside the demo's, by source and target, and where the lines of a song lie. */
import type { Audio } from '../../audio/audio';
import type { FliteOptions, FliteVoice } from '../../demo/flite';
import { speakAll } from '../../demo/flite';
import { compose, type Score } from '../../demo/score';
import { sing } from '../../demo/singer';
import { cmuPhones } from './cmu-phones';

/** A line of a song: its phones, the same for every singer, and its time. */
export interface SungLine {
  readonly phones: readonly string[];
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A song with its lines, by both singers. */
export interface JudgedSong {
  readonly lines: readonly SungLine[];
  readonly source: Audio;
  readonly truth: Audio;
}

const SEED = 300;
/** What is heard before and after a line; the rests between lines are longer. */
const MARGIN_SECONDS = 0.2;

/** The lines of `score`, which is one note per word of `texts`. */
export async function sungLines(
  texts: readonly string[],
  score: Score,
  voice: FliteVoice,
  options: FliteOptions,
): Promise<SungLine[]> {
  const words = await speakAll(
    score.notes.map(({ word }) => ({ voice, text: word })),
    { ...options, label: `${voice} lengths` },
  );
  let from = 0;
  return texts.map((text) => {
    const to = from + text.split(' ').length;
    const notes = score.notes.slice(from, to);
    const phones = words.slice(from, to).flatMap((word) => cmuPhones(word.phones));
    from = to;
    return {
      phones,
      startSeconds: notes[0]!.startSeconds - MARGIN_SECONDS,
      endSeconds: notes.at(-1)!.endSeconds + MARGIN_SECONDS,
    };
  });
}

/** One of `judgedSongs`, number `index`, sung by both with the same timing. */
export async function makeJudgedSong(
  texts: readonly string[],
  index: number,
  cast: { readonly source: FliteVoice; readonly target: FliteVoice },
  options: FliteOptions,
): Promise<JudgedSong> {
  const score = compose(texts, SEED + index);
  const [source] = await sing(cast.source, [score], options);
  const [truth] = await sing(cast.target, [score], options);
  const lines = await sungLines(texts, score, cast.target, options);
  return { lines, source: source!, truth: truth! };
}

/** The part of `audio` in which a line is sung. */
export function cutLine(audio: Audio, line: SungLine): Audio {
  const at = (seconds: number) => Math.max(0, Math.round(seconds * audio.sampleRate));
  return { ...audio, samples: audio.samples.slice(at(line.startSeconds), at(line.endSeconds)) };
}
