/** The voices that units and posteriors are judged on: what they say, with flite's phone times where it spoke. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Audio } from '../../audio/audio';
import { decodeWav } from '../../audio/wav';
import { UserError } from '../../config/errors';
import { type FliteOptions, type FliteVoice, speakAll, type Utterance } from '../../demo/flite';
import { judgedSentences } from './texts';

/** A recording of a person, by its file's name without the ending. */
export interface NamedRecording {
  readonly name: string;
  readonly audio: Audio;
}

/** `judgedSentences` spoken by one of flite's voices, with its own intonation. */
export function speakJudged(voice: FliteVoice, options: FliteOptions): Promise<Utterance[]> {
  return speakAll(
    judgedSentences.map((text) => ({ voice, text })),
    { ...options, label: `${voice} speech` },
  );
}

/**
 * The wav files of a folder, at most `most`, in the order of their names.
 * @throws UserError `no-recordings` if there is none, those of `decodeWav`
 */
export async function readRecordings(folder: string, most: number): Promise<NamedRecording[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.toLowerCase().endsWith('.wav'));
  if (names.length < 2) {
    throw new UserError(
      'no-recordings',
      `Expected two wav files or more in ${folder}, found ${names.length}`,
      'Give the folder of a speaker whose recordings are wav files, or leave the flag out.',
    );
  }
  const chosen = names.sort().slice(0, most);
  return Promise.all(
    chosen.map(async (name) => ({
      name: basename(name, name.slice(-4)),
      audio: decodeWav(await readFile(join(folder, name)), name),
    })),
  );
}
