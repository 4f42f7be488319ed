/** Checkpoints from a store to a local folder: gone on with after breaks, checked, the newest that verifies. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointFile } from '../checkpoint/find';
import { verifyCheckpoint } from '../checkpoint/verify';
import { isUserError, UserError } from '../config/errors';
import { megabytes, type OnNotice, type OnProgress } from '../config/progress';
import { fetchFile } from '../storage/fetch-file';
import { digestFile } from '../storage/file-source';
import type { Store } from '../storage/store';
import { isStoreError } from '../storage/store-errors';
import { listRemoteCheckpoints, marks, type RemoteCheckpoint } from './remote-checkpoints';

/** How a checkpoint is fetched. */
export interface FetchOptions {
  readonly notice: OnNotice;
  readonly progress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Fetches one checkpoint into `folder` under its name; nothing is transferred if that very file is there already.
 * @returns its local path
 * @throws store errors; `store-corrupt` if the bytes are not those that were saved
 */
export async function fetchCheckpoint(
  store: Store,
  remote: RemoteCheckpoint,
  folder: string,
  { progress, signal }: FetchOptions,
): Promise<string> {
  const { file } = remote;
  const path = join(folder, `${remote.slim ? 'clean_' : ''}model_ckpt_steps_${remote.step}.ckpt`);
  const sha256 = file.marks[marks.sha256] ?? null;
  if (await isSame(path, file.bytes, sha256, file.md5)) return path;
  await fetchFile(store, file, path, sha256, {
    ...(signal ? { signal } : {}),
    ...(progress ? { onBytes: megabytes(progress, 'download', file.name) } : {}),
  });
  return path;
}

async function isSame(
  path: string,
  bytes: number,
  sha256: string | null,
  md5: string | null,
): Promise<boolean> {
  if ((await stat(path).catch(() => null))?.size !== bytes) return false;
  const digest = await digestFile(path);
  return sha256 === null ? digest.md5 === md5 : digest.sha256 === sha256;
}

/** A checkpoint that is here now. */
export interface FetchedCheckpoint extends CheckpointFile {
  /** mark of the run that saved it; null: not one of ours */
  readonly run: string | null;
}

/**
 * Fetches the newest full checkpoint of the store's folder `path` that arrives whole and can be read; older ones are tried
 * in turn, with a notice for every one left out. null if there is none at all.
 * @throws UserError `no-checkpoint` if there are some and none is good; store errors of the network
 */
export async function fetchLatest(
  store: Store,
  path: string,
  folder: string,
  options: FetchOptions,
): Promise<FetchedCheckpoint | null> {
  const all = (await listRemoteCheckpoints(store, path)).filter(({ slim }) => !slim);
  for (const remote of all) {
    try {
      const local = await fetchCheckpoint(store, remote, folder, options);
      await verifyCheckpoint(local);
      return { path: local, step: remote.step, run: remote.run };
    } catch (error) {
      options.signal?.throwIfAborted();
      // A network that fails is no reason to go back to an older checkpoint.
      if (!isUserError(error) || isStoreError(error, 'store-unavailable', 'store-signed-out')) throw error;
      options.notice(
        `Left out ${remote.file.name} of ${store.label}: ${error.message}. Trying the one before.`,
      );
    }
  }
  if (all.length === 0) return null;
  throw new UserError(
    'no-checkpoint',
    `Expected a checkpoint in ${path} at ${store.label} that can be read, but all ${all.length} are damaged`,
    'Restore one: `diff-svc drive restore`, or begin a new run in another folder.',
  );
}
