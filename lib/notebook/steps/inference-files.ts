/** Files of the inference cells: from Drive to here, and what the cells wrote themselves. */
import { createHash } from 'node:crypto';
import { mkdir, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { openDrive, workFolder } from '../../assembly/drive';
import { fetchInto, filesNamed, voiceOnDisk } from '../../assembly/drive-checkpoint';
import type { Session } from '../../assembly/session';
import { UserError } from '../../config/errors';
import { writeFileAtomic } from '../../storage/atomic-file';
import { drivePlace } from '../../storage/drive-path';
import { keepInference, readInference, type WrittenFile } from './inference-state';

/**
 * A path as typed, as a local one: files and folders of Drive are fetched first, of a folder only files that `wanted` names.
 * `~` is the home folder.
 * @throws UserError `not-found`, `drive-path-invalid`, store errors
 */
export async function localPath(
  typed: string,
  wanted: (name: string) => boolean,
  session: Session,
): Promise<string> {
  const place = drivePlace(typed, session.notice);
  if (place === null) {
    const path = resolve(typed.replace(/^~(?=\/|$)/, homedir()));
    if ((await stat(path).catch(() => null)) === null) throw notFound(typed, 'on this machine');
    return path;
  }
  const { store } = await openDrive(session);
  const names = place.split('/');
  const folder = await store.folder(names, false);
  if (folder !== null) {
    const files = (await store.list(folder)).filter(({ kind, name }) => kind === 'file' && wanted(name));
    for (const file of files) await fetchInto(workFolder(place), store, await store.get(file.id), session);
    return workFolder(place);
  }
  const [newest] = await filesNamed(basename(place), names.slice(0, -1), store);
  if (newest === undefined) throw notFound(typed, `at ${store.label}`);
  return fetchInto(workFolder(dirname(place)), store, await store.get(newest.id), session);
}

function notFound(path: string, where: string): UserError {
  return new UserError(
    'not-found',
    `Expected a file or folder ${path} ${where}, but there is none`,
    'Check the path; for a path on Google Drive, run "Mount your Gdrive" first.',
  );
}

/**
 * The voice that a typed path stands for, as a local path. Of a folder on Drive the newest checkpoint that can be read is
 * fetched, and no other: a folder of ten is gigabytes.
 * @throws UserError `not-found`, those of `voiceOnDisk`
 */
export async function localVoice(typed: string, session: Session): Promise<string> {
  // what is read other than typed is said by the one that reads it
  if (drivePlace(typed) === null) return localPath(typed, () => false, session);
  return voiceOnDisk(typed, session);
}

/** Writes a file and remembers that it is ours. */
export async function writeOurs(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, bytes);
  const { size, mtimeMs } = await stat(path);
  const { written } = await readInference();
  const others = written.filter((file) => file.path !== path);
  await keepInference({ written: [...others, { path, bytes: size, modifiedMs: mtimeMs }] });
}

/**
 * `folder/name`, or `folder/name (2)` and so on where a file lies that is not ours or holds something else.
 * @param bytes what will be written
 */
export async function freePath(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const { digestFile } = await import('../../storage/file-source');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const ending = extname(name);
  const stem = basename(name, ending);
  for (let copy = 1; ; copy++) {
    const path = join(folder, copy === 1 ? name : `${stem} (${copy})${ending}`);
    if ((await stat(path).catch(() => null)) === null) return path;
    if ((await digestFile(path)).sha256 === sha256) return path;
  }
}

/** Files that the cells wrote and nobody changed since. */
export async function oursUnchanged(): Promise<WrittenFile[]> {
  const { written } = await readInference();
  const there = await Promise.all(
    written.map(async (file) => {
      const now = await stat(file.path).catch(() => null);
      return now?.size === file.bytes && now.mtimeMs === file.modifiedMs;
    }),
  );
  return written.filter((_, i) => there[i]);
}

/** Deletes `files` for good and forgets all that was written. */
export async function deleteOurs(files: readonly WrittenFile[]): Promise<void> {
  for (const { path } of files) await unlink(path);
  await keepInference({ written: [], results: [] });
}
