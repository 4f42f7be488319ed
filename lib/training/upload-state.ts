/** What an uploader remembers between processes, in `upload/state.json` of the save folder. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';
import type { RunPoint } from './remote-checkpoints';

/** A folder as it was when we first saved there; another parent or name: somebody moved it. */
export interface KnownFolder {
  readonly id: string;
  readonly name: string;
  readonly folder: string | null;
}

/** The uploader's memory. Everything in it can also be seen in the store, but for what the store's lists lag behind. */
export interface UploadState {
  readonly version: 1;
  /** mark of the files of this run */
  readonly run: string;
  readonly from: RunPoint | null;
  /** newest step that was handed over */
  readonly lastStep: number;
  /** the store's label and the path in it: elsewhere nothing of this is true */
  readonly place: string;
  readonly folders: readonly KnownFolder[];
  /** files of this run that were verified and not trashed since */
  readonly saved: readonly { readonly id: string; readonly step: number }[];
  /** what was there at the start; null: not looked yet */
  readonly start: {
    /** runs that this one went on from */
    readonly runs: readonly string[];
    /** their files on the way here: they count and rotate as our own */
    readonly adopted: readonly string[];
    /** all that was there: what comes later under those runs is somebody else's */
    readonly seen: readonly string[];
  } | null;
}

/** A run that has saved nothing yet. */
export function newState(place: string, from: RunPoint | null, lastStep: number): UploadState {
  const run = randomBytes(8).toString('hex');
  return { version: 1, run, from, lastStep, place, folders: [], saved: [], start: null };
}

/** The state in `journal`, or null if there is none. @throws UserError `upload-state-invalid` */
export async function readState(journal: string): Promise<UploadState | null> {
  const path = join(journal, 'state.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const state = JSON.parse(text) as UploadState;
    if (state.version === 1) return state;
  } catch {
    // said below
  }
  throw new UserError(
    'upload-state-invalid',
    `Expected the memory of uploads at ${path}, but it cannot be read`,
    'Delete that file: the next uploads then count as a new run, and older files stay on Drive untouched.',
  );
}

/** Replaces the state in one step. */
export async function writeState(journal: string, state: UploadState): Promise<void> {
  await mkdir(journal, { recursive: true });
  await writeFileAtomic(join(journal, 'state.json'), Buffer.from(`${JSON.stringify(state, null, 1)}\n`));
}
