/** What the demo trains on and converts: the target's recordings, the song by the source, and the truth. */
import type { Audio } from '../audio/audio';
import { Philox, streams } from '../random/philox';
import { type FliteOptions, type FliteVoice, speakAll } from './flite';
import { songLines, trainingSentences, trainingVerses, trainingWords } from './lyrics';
import { compose, type Score } from './score';
import { sing } from './singer';

/** A recording of the target and the name that it has in the zip. */
export interface Clip {
  readonly name: string;
  readonly audio: Audio;
}

export interface DemoSong {
  readonly score: Score;
  /** the song by the source, who is to be converted */
  readonly source: Audio;
  /** the same song by the target, which training never sees */
  readonly truth: Audio;
}

/** Who sings, and what. */
export interface Cast {
  /** who is to be converted */
  readonly source: FliteVoice;
  /** whose voice is learnt */
  readonly target: FliteVoice;
  /** text of the song, which is in none of the training texts */
  readonly lines: readonly string[];
}

export const demoCast: Cast = { source: 'awb', target: 'slt', lines: songLines };

const WORDS_PER_LINE = 6;
const LINES_PER_CLIP = 3;
const SONG_SEED = 7;
const VERSE_SEED = 100;
const WORD_SEED = 200;

/** The texts of the sung training clips with their melodies: every verse to one melody, half of them to a second. */
export function trainingScores(): Score[] {
  const texts: string[][] = trainingVerses.flatMap((verse) => [verse.slice(0, 2), verse.slice(2)]);
  const order = new Philox(WORD_SEED, streams.order).permutation(trainingWords.length);
  const words = Array.from(order, (i) => trainingWords[i]!);
  const perClip = WORDS_PER_LINE * LINES_PER_CLIP;
  for (let i = 0; i + perClip <= words.length; i += perClip) {
    const lines = Array.from({ length: LINES_PER_CLIP }, (_, line) =>
      words.slice(i + line * WORDS_PER_LINE, i + (line + 1) * WORDS_PER_LINE).join(' '),
    );
    texts.push(lines);
  }
  return texts.map((lines, i) => compose(lines, VERSE_SEED + i));
}

/** The target's recordings, at 16 kHz: about five minutes, sung and a little spoken. */
export async function makeTraining(
  options: FliteOptions = {},
  voice: FliteVoice = demoCast.target,
): Promise<Clip[]> {
  const sung = await sing(voice, trainingScores(), options);
  const spoken = await speakAll(
    trainingSentences.map((text) => ({ voice, text })),
    { ...options, label: `${voice} speech` },
  );
  return [
    ...sung.map((audio, i) => ({
      name: `${i % 5 === 4 ? '노래' : 'song'}-${String(i + 1).padStart(2, '0')}.wav`,
      audio,
    })),
    ...spoken.map(({ audio }, i) => ({ name: `speech-${String(i + 1).padStart(2, '0')}.wav`, audio })),
  ];
}

/** The song by source and target, at 16 kHz, with the same timing. */
export async function makeSong(options: FliteOptions = {}, cast: Cast = demoCast): Promise<DemoSong> {
  const score = compose(cast.lines, SONG_SEED);
  const [source] = await sing(cast.source, [score], options);
  const [truth] = await sing(cast.target, [score], options);
  return { score, source: source!, truth: truth! };
}
