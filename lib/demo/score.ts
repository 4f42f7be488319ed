/** Scores: which word is sung when and at what pitch. Made from a text and a seed, so a score is never stored. */
import { Philox, streams } from '../random/philox';

/** One word on one note. Times from the start of the recording. */
export interface Note {
  readonly word: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly pitchHz: number;
}

export interface Score {
  readonly notes: readonly Note[];
  readonly lengthSeconds: number;
}

/** E3 to G4, in semitones above A4 = 440 Hz: the range in which flite's slt and awb both hold a note. */
const LOWEST = -17;
const HIGHEST = -2;
const MAJOR = [0, 2, 4, 5, 7, 9, 11];
const BEAT_SECONDS = 0.46;
const REST_BEATS = 1;
const shortWords = new Set(
  'a an and at but by for from her in is it my of on or that the to was we with'.split(' '),
);

/** Notes of the major scale on `tonic` (semitones from A4) within the range, ascending. */
function scaleNotes(tonic: number): number[] {
  const notes: number[] = [];
  for (let n = LOWEST; n <= HIGHEST; n++) {
    if (MAJOR.includes((((n - tonic) % 12) + 12) % 12)) notes.push(n);
  }
  return notes;
}

/** Beats that a word takes: little words half, two syllables and a line's last word longer. */
function beatsOf(word: string, isLast: boolean, random: Philox): number {
  const syllables = word.replace(/e$/, '').match(/[aeiouy]+/g)?.length ?? 1;
  const spread = [0, 0, 0.25, 0.5][random.integer(4)]!;
  const beats = shortWords.has(word) ? 0.6 : 1 + 0.4 * (Math.min(syllables, 3) - 1) + spread;
  return isLast ? beats + 0.75 : beats;
}

/** A melody for `count` words: mostly steps, some leaps, ends on a note of the tonic triad. */
function melody(
  count: number,
  start: number,
  scale: readonly number[],
  tonic: number,
  random: Philox,
): number[] {
  const places: number[] = [];
  let place = start;
  for (let i = 0; i < count; i++) {
    places.push(place);
    const leap = [-3, -2, -1, -1, 0, 1, 1, 2, 3, 4][random.integer(10)]!;
    place += place + leap < 0 || place + leap >= scale.length ? -leap : leap;
  }
  const triad = [0, 4, 7].map((step) => (tonic + step + 1200) % 12);
  const rest = scale.map((_, i) => i).filter((i) => triad.includes((scale[i]! + 1200) % 12));
  const last = places[count - 1]!;
  places[count - 1] = rest.reduce((best, i) => (Math.abs(i - last) < Math.abs(best - last) ? i : best));
  return places;
}

/**
 * Sets lines of text to music: one note per word, a rest after each line.
 * @param seed number of the melody: the same text and seed give the same score
 */
export function compose(lines: readonly string[], seed: number): Score {
  const random = new Philox(seed, streams.order);
  const tonic = LOWEST + 1 + random.integer(8);
  const scale = scaleNotes(tonic);
  const notes: Note[] = [];
  let beats = 0.5;
  for (const line of lines) {
    const words = line.split(' ');
    const places = melody(words.length, random.integer(scale.length), scale, tonic, random);
    for (const [i, word] of words.entries()) {
      const length = beatsOf(word, i === words.length - 1, random);
      notes.push({
        word,
        startSeconds: beats * BEAT_SECONDS,
        endSeconds: (beats + length) * BEAT_SECONDS,
        pitchHz: 440 * 2 ** (scale[places[i]!]! / 12),
      });
      beats += length;
    }
    beats += REST_BEATS;
  }
  return { notes, lengthSeconds: (beats - REST_BEATS + 0.5) * BEAT_SECONDS };
}
