/** Computed recordings as a person has them: a zip to learn from, and songs to convert, of which one is broken. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sungWav } from '../cli/sung';
import { makeZip } from '../data/make-zip';

const rate = 44100;

/** A zip with three clips of so many seconds. */
export function recordingsZip(seconds: number): Buffer {
  const files = [110, 131, 147].map((hz) => ({
    name: `sung-${hz}.wav`,
    content: sungWav(seconds * rate, rate, hz),
  }));
  return makeZip(files);
}

/** Writes NAME.wav for both names and broken.wav. @returns the folder */
export function writeSongs(folder: string, names: readonly [string, string], seconds: number): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${names[0]}.wav`), sungWav(seconds * rate, rate, 150));
  writeFileSync(join(folder, `${names[1]}.wav`), sungWav(seconds * rate + 7, rate, 180));
  writeFileSync(join(folder, 'broken.wav'), 'not a recording');
  return folder;
}
