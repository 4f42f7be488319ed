/** A home folder for the runs of one kernel: recordings, songs, notebooks, and a Drive's stand-in. */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { recordingsZip, writeSongs } from '../../test/support/sung-files';

const root = join(__dirname, '../..');

/** Lays out `home`, which is empty. */
export function layOut(home: string): void {
  writeFileSync(join(home, 'recordings.zip'), recordingsZip(3));
  cpSync(join(root, 'notebooks'), join(home, 'notebooks'), { recursive: true });
  for (const language of ['', 'ko']) {
    writeSongs(join(home, 'notebooks', language, 'songs'), ['one', '둘'], 2);
  }
  // Stock tslab looks for packages and for the types of Node from the notebook's folder upwards.
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(root, join(home, 'node_modules/diff-svc'));
  symlinkSync(join(root, 'node_modules/@types'), join(home, 'node_modules/@types'));
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
