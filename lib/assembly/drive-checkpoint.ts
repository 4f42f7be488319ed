/** Checkpoints that a person names by a path on Drive, as files of this machine. */

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { verifyCheckpoint } from '../checkpoint/verify';
import { isUserError, UserError } from '../config/errors';
import { megabytes } from '../config/progress';
import { drivePlace } from '../storage/drive-path';
import { fetchFile } from '../storage/fetch-file';
import { digestFile } from '../storage/file-source';
import type { MountedDrive } from '../storage/mount-drive';
import type { Store, StoredFile } from '../storage/store';
import { isStoreError } from '../storage/store-errors';
import { fetchCheckpoint } from '../training/fetch-checkpoint';
import { asCheckpoint, listRemoteCheckpoints } from '../training/remote-checkpoints';
import { openDrive, workFolder } from './drive';
import type { Session } from './session';

/**
 * The .ckpt at `path`, fetched if that is a place on Drive.
 * @param open the Drive, if it is open already
 * @returns `path` itself for a path of this machine
 * @throws UserError `no-checkpoint`, `drive-path-invalid`, store errors
 */
export async function checkpointOnDisk(
  path: string,
  session: Session,
  open: MountedDrive | null,
): Promise<string> {
  const place = drivePlace(path, session.notice);
  if (place === null) return path;
  const { store } = open ?? (await openDrive(session));
  const remote = (await listRemoteCheckpoints(store, dirname(place))).find(
    ({ file }) => file.name === basename(place),
  );
  if (remote === undefined) throw noneThere(`a checkpoint ${place}`, store);
  const file = await store.get(remote.file.id);
  return fetchCheckpoint(store, { ...remote, file }, workFolder(dirname(place)), session);
}

/**
 * A voice to sing with: a .ckpt of any name, or a folder of checkpoints, here or on Drive. Of a folder on Drive the newest
 * that arrives whole is taken, slim ones too; with one that another program wrote comes the config.yaml beside it.
 * @returns a path of this machine
 * @throws UserError `no-checkpoint`, `drive-path-invalid`, store errors, those of `verifyCheckpoint` for a named file
 */
export async function voiceOnDisk(path: string, session: Session): Promise<string> {
  const place = drivePlace(path, session.notice);
  // a mounted Drive is read like any folder
  if (place === null || existsSync(path)) return path;
  const { store, text } = await openDrive(session);
  session.notice(text);
  const named = place.endsWith('.ckpt');
  const folder = named ? dirname(place) : place;
  const files = named
    ? await filesNamed(basename(place), folder.split('/'), store)
    : (await listRemoteCheckpoints(store, folder)).map(({ file }) => file);
  for (const file of files) {
    try {
      return await fetchVoice(store, file, folder, session);
    } catch (error) {
      session.signal.throwIfAborted();
      // A network that fails is no reason to sing with an older one, and what was named is not replaced.
      const lost = isStoreError(error, 'store-unavailable', 'store-signed-out');
      if (!isUserError(error) || lost || named) throw error;
      session.notice(`Left out ${file.name} of ${store.label}: ${error.message}.`);
    }
  }
  throw noneThere(named ? `a checkpoint ${place}` : `a checkpoint in ${place} that can be read`, store);
}

/** Files called `wanted` in a folder, newest first; none where there is no such folder. @throws store errors */
export async function filesNamed(
  wanted: string,
  folder: readonly string[],
  store: Store,
): Promise<StoredFile[]> {
  const id = await store.folder(folder, false);
  const files = id === null ? [] : await store.list(id);
  return files
    .filter(({ kind, name }) => kind === 'file' && name === wanted)
    .sort((a, b) => b.createdMs - a.createdMs);
}

async function fetchVoice(
  store: Store,
  listed: StoredFile,
  folder: string,
  session: Session,
): Promise<string> {
  // lists of a local folder know no checksums
  const file = await store.get(listed.id);
  const known = asCheckpoint(file);
  const isOurs = known !== null && known.run !== null;
  // apart from a run of ours in the same place, whose config.yaml is another
  const local = isOurs ? workFolder(folder) : join(workFolder(folder), 'imported');
  const path = known
    ? await fetchCheckpoint(store, known, local, session)
    : await fetchInto(local, store, file, session);
  await verifyCheckpoint(path);
  if (isOurs) return path;
  const [config] = await filesNamed('config.yaml', folder.split('/'), store);
  if (config) await fetchInto(local, store, await store.get(config.id), session);
  return path;
}

/**
 * Fetches a file under its name, unless it is there already.
 * @param file as `get` reports it: lists of a local folder know no checksums
 * @returns where it is
 * @throws store errors
 */
export async function fetchInto(
  local: string,
  store: Store,
  file: StoredFile,
  session: Session,
): Promise<string> {
  const path = join(local, basename(file.name));
  const size = (await stat(path).catch(() => null))?.size;
  if (size === file.bytes && (await digestFile(path, session.signal)).md5 === file.md5) return path;
  await fetchFile(store, file, path, null, {
    signal: session.signal,
    onBytes: megabytes(session.progress, 'download', file.name),
  });
  return path;
}

function noneThere(what: string, store: Store): UserError {
  return new UserError(
    'no-checkpoint',
    `Expected ${what} at ${store.label}, but there is none that the login may see`,
    'Look with `diff-svc drive ls`; a file that you put there by hand needs `diff-svc drive login --scope drive.readonly`.',
  );
}
