/** Folders as a file picker shows them: roots to begin at, folders first, Korean names in one form. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ListedEntry, Listing } from '../forms/messages';

/** Where Colab mounts My Drive. */
const DRIVE = '/content/drive/MyDrive';
const MOST_ENTRIES = 2000;

/**
 * Lists the folder `typed`, or the one that `typed` lies in. Never throws: what cannot be read is empty.
 * @param typed as a person typed it; `~` is the home folder, an empty text the notebook's folder
 */
export async function listFolder(typed: string, cwd: string = process.cwd()): Promise<Listing> {
  const path = await nearestFolder(resolve(cwd, typed.replace(/^~(?=\/|$)/, homedir())));
  const parent = dirname(path);
  return {
    path,
    parent: parent === path ? null : parent,
    roots: await existingRoots(cwd),
    entries: await entriesOf(path),
  };
}

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const isFolder = await stat(at).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isFolder || dirname(at) === at) return at;
  }
}

async function existingRoots(cwd: string): Promise<Listing['roots']> {
  const all = [
    { label: 'My Drive', path: DRIVE },
    { label: 'Notebook', path: cwd },
    { label: 'Home', path: homedir() },
    { label: 'This computer', path: '/' },
  ];
  const there = await Promise.all(all.map(({ path }) => stat(path).catch(() => null)));
  return all.filter((root, i) => there[i] !== null && all.findIndex(({ path }) => path === root.path) === i);
}

async function entriesOf(folder: string): Promise<ListedEntry[]> {
  const names = await readdir(folder).catch(() => []);
  const shown = names.filter((name) => !name.startsWith('.')).slice(0, MOST_ENTRIES);
  const entries = await Promise.all(
    shown.map(async (name): Promise<ListedEntry | null> => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => null);
      if (stats === null) return null;
      // Zips from macOS hold Hangul in parts (NFD); people type and read it whole.
      const label = name.normalize('NFC');
      return { name: label, path, folder: stats.isDirectory(), bytes: stats.isFile() ? stats.size : null };
    }),
  );
  return entries
    .filter((entry) => entry !== null)
    .sort(
      (a, b) =>
        Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name, undefined, { numeric: true }),
    );
}
