/** A home folder for the runs of one kernel: recordings, songs, notebooks, and a Drive's stand-in. */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sungWav } from '../../test/cli/sung';
import { makeZip } from '../../test/data/make-zip';

const root = join(__dirname, '../..');
const clip = { samples: 3 * 44100, sampleRate: 44100 };

/** Lays out `home`, which is empty. */
export function layOut(home: string): void {
  const files = [110, 131, 147].map((hz) => ({
    name: `sung-${hz}.wav`,
    content: sungWav(clip.samples, clip.sampleRate, hz),
  }));
  writeFileSync(join(home, 'recordings.zip'), makeZip(files));
  cpSync(join(root, 'notebooks'), join(home, 'notebooks'), { recursive: true });
  for (const language of ['', 'ko']) layOutSongs(join(home, 'notebooks', language, 'songs'));
  // Stock tslab looks for packages and for the types of Node from the notebook's folder upwards.
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(root, join(home, 'node_modules/diff-svc'));
  symlinkSync(join(root, 'node_modules/@types'), join(home, 'node_modules/@types'));
}

/** Three songs, of which one is broken. */
function layOutSongs(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'one.wav'), sungWav(2 * clip.sampleRate, clip.sampleRate, 150));
  writeFileSync(join(folder, '둘.wav'), sungWav(2 * clip.sampleRate + 7, clip.sampleRate, 180));
  writeFileSync(join(folder, 'broken.wav'), 'not a recording');
}

/** Leaves the Drive and the notebooks. */
export function forgetMachine(home: string): void {
  const folder = join(home, 'data', 'diff-svc');
  for (const name of readdirSync(folder)) {
    if (name !== 'drive') rmSync(join(folder, name), { recursive: true });
  }
  for (const place of ['notebooks', 'notebooks/ko'])
    rmSync(join(home, place, '.diff-svc-session.json'), { force: true });
}

/** Files below `home` that were written since then, as paths with `/`. @param sinceMs time of the system's clock */
export function filesSince(home: string, sinceMs: number): string[] {
  const skipped = join(home, 'node_modules');
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(skipped))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).mtimeMs >= sinceMs)
    .map((path) => relative(home, path).replaceAll('\\', '/'));
}
