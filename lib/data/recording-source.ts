/** Where recordings come from: a zip, a folder, or one WAV file. */
import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../config/errors';
import { fileKind, leftOutReason } from './file-kind';
import type { LeftOut, Recording } from './recording';
import { readZip } from './zip-reader';

/** All that a source holds, in order of name. */
export interface RecordingSource {
  /** what people call it: the file's or folder's own name, without its path (spec k.26) */
  readonly label: string;
  /** hash of all that it holds */
  readonly hash: string;
  readonly recordings: readonly Recording[];
  readonly leftOut: readonly LeftOut[];
}

/** Folders deeper than this are a loop or not recordings. */
const MAX_DEPTH = 32;
/** what `readFileSync` of Node 20 can take */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/**
 * Opens a zip, a folder (with its subfolders; links are not followed) or a WAV file.
 * @throws UserError `source-missing`, `source-unreadable`, `no-recordings`, those of `readZip`
 */
export function openSource(path: string): RecordingSource {
  const label = basename(path);
  const stats = statSource(path);
  const found = stats.isDirectory() ? readFolder(path) : readSingleFile(path, stats.size);
  if (found.recordings.length === 0) throw noRecordings(label, found.leftOut);
  return { label, ...found };
}

type Found = Omit<RecordingSource, 'label'>;

function statSource(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new UserError(
      'source-missing',
      `Expected recordings at ${path}, the system said: ${(cause as Error).message}`,
      'Give the path of a zip, a folder or a WAV file that exists.',
      { cause },
    );
  }
}

function readSingleFile(path: string, bytes: number): Found {
  const name = basename(path);
  if (bytes > MAX_FILE_BYTES) {
    throw new UserError(
      'source-too-large',
      `Expected a file of at most ${MAX_FILE_BYTES} bytes, ${name} has ${bytes}`,
      'Unpack it, and give the folder.',
    );
  }
  const content = readFile(path);
  const hash = createHash('sha256').update(content).digest('hex');
  if (fileKind(name) === 'recording') {
    return { hash, recordings: [{ name, bytes, read: () => content }], leftOut: [] };
  }
  return { hash, ...readZip(content, name) };
}

function readFolder(root: string): Found {
  const recordings: Recording[] = [];
  const leftOut: LeftOut[] = [];
  const hash = createHash('sha256');
  for (const name of listFiles(root)) {
    const path = join(root, name);
    const kind = fileKind(name);
    const reason = leftOutReason(kind);
    if (reason !== null) leftOut.push({ name, reason });
    if (kind !== 'recording') continue;
    const bytes = statSync(path).size;
    if (bytes > MAX_FILE_BYTES) {
      leftOut.push({ name, reason: `larger than ${MAX_FILE_BYTES} bytes: cut it into parts` });
      continue;
    }
    const digest = createHash('sha256').update(readFile(path)).digest('hex');
    hash.update(`${name}\0${digest}\n`);
    recordings.push({ name: name.normalize('NFC'), bytes, read: () => readFile(path) });
  }
  return { hash: hash.digest('hex'), recordings, leftOut };
}

/** Paths of all files below `root`, sorted, with `/`. */
function listFiles(root: string, below = '', depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  const entries: Dirent[] = readdirSync(join(root, below), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(root, name, depth + 1);
      return entry.isFile() ? [name] : [];
    });
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UserError(
      'source-unreadable',
      `Expected to read ${path}, the system said: ${(cause as Error).message}`,
      'Check the permissions of the file.',
      { cause },
    );
  }
}

function noRecordings(label: string, leftOut: readonly LeftOut[]): UserError {
  const found =
    leftOut.length === 0
      ? 'found none'
      : `found only ${leftOut
          .map((file) => `${file.name} (${file.reason})`)
          .slice(0, 10)
          .join(', ')}`;
  return new UserError(
    'no-recordings',
    `Expected at least one .wav in ${label}, ${found}`,
    'Put WAV recordings of one singer into it.',
  );
}
