/** A flite voice that sings a score: every word held on its note and fitted to its length. */
import type { Audio } from '../audio/audio';
import { type FliteOptions, type FliteVoice, speakAll, type Utterance } from './flite';
import type { Score } from './score';

const SAMPLE_RATE = 16000;
const FADE_SECONDS = 0.008;
/** What is left silent at the end of a note, so that words stay apart. */
const GAP_SECONDS = 0.02;

/** Start and end of what is said, without the silence around it, in seconds. */
function spokenSpan(utterance: Utterance): [number, number] {
  const said = utterance.phones.filter((phone) => phone.name !== 'pau');
  return [said[0]?.startSeconds ?? 0, said.at(-1)?.endSeconds ?? 0];
}

/** Adds samples [from, to) of `word` at `at`, at most `length` of them, faded at both ends. */
function place(out: Float32Array, word: Float32Array, from: number, at: number, length: number): void {
  const fade = Math.round(FADE_SECONDS * SAMPLE_RATE);
  const count = Math.min(length, word.length - from, out.length - at);
  for (let i = 0; i < count; i++) {
    const gain = Math.min(1, (i + 0.5) / fade, (count - i - 0.5) / fade);
    out[at + i]! += gain * word[from + i]!;
  }
}

/**
 * Sings several scores with one voice. Two calls per note: the word's natural length, which gives the stretch, and
 * the word on its note. All voices sing a score with the same timing: word starts are exact to the sample, ends to
 * flite's 5 ms frames.
 * @returns per score 16 kHz audio of exactly `round(lengthSeconds * 16000)` samples
 */
export async function sing(
  voice: FliteVoice,
  scores: readonly Score[],
  options: FliteOptions = {},
): Promise<Audio[]> {
  const notes = scores.flatMap((score) => score.notes);
  const natural = await speakAll(
    notes.map(({ word }) => ({ voice, text: word })),
    { ...options, label: `${voice} lengths` },
  );
  const requests = notes.map((note, i) => {
    const [from, to] = spokenSpan(natural[i]!);
    const wanted = note.endSeconds - note.startSeconds - GAP_SECONDS;
    return { voice, text: note.word, pitchHz: note.pitchHz, stretch: wanted / (to - from) };
  });
  const words = await speakAll(requests, { ...options, label: `${voice} notes` });
  let next = 0;
  return scores.map((score) => {
    const samples = new Float32Array(Math.round(score.lengthSeconds * SAMPLE_RATE));
    for (const note of score.notes) {
      const word = words[next++]!;
      const [from, to] = spokenSpan(word);
      const longest = Math.min(to - from, note.endSeconds - note.startSeconds);
      const at = Math.round(note.startSeconds * SAMPLE_RATE);
      place(
        samples,
        word.audio.samples,
        Math.round(from * SAMPLE_RATE),
        at,
        Math.round(longest * SAMPLE_RATE),
      );
    }
    return { samples, sampleRate: SAMPLE_RATE };
  });
}
