/** Carries out `planRemoteRotation`: looks at every file by id, makes slim copies, trashes. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { digestFile } from '../storage/file-source';
import type { Store, StoredFile } from '../storage/store';
import { isStoreError } from '../storage/store-errors';
import { fetchCheckpoint } from './fetch-checkpoint';
import { asCheckpoint, marks, type RemoteCheckpoint } from './remote-checkpoints';
import { planRemoteRotation, type RemotePlan, type RemoteRules } from './remote-rotation';
import { writeSlim } from './slim-checkpoint';
import type { UploadState } from './upload-state';

/** What it works with. */
export interface RotateContext extends RemoteRules {
  readonly store: Store;
  readonly workDir: string;
  readonly journal: string;
  readonly purge: boolean;
  readonly notice: OnNotice;
  readonly signal?: AbortSignal;
  readonly remember: (change: Partial<UploadState>) => Promise<UploadState>;
  readonly upload: (file: { path: string; name: string; step: number; slim: boolean }) => Promise<void>;
}

/**
 * Makes the folder what `keep` and `fullCount` say. Repeatable: everything is decided from what the store says now.
 * @throws store errors; then nothing more is touched
 */
export async function rotateRemote(
  folder: string,
  state: UploadState,
  context: RotateContext,
): Promise<void> {
  const { store } = context;
  const listed = (await store.list(folder)).flatMap((file) => asCheckpoint(file) ?? []);
  let now = await noticeFork(listed, state, context);
  let files = await ours(folder, listed, now, context);
  let plan = planRemoteRotation(files, context);
  for (const checkpoint of plan.shrink) await shrink(checkpoint, context);
  if (plan.shrink.length > 0) {
    now = await context.remember({});
    files = await ours(folder, listed, now, context);
    plan = planRemoteRotation(files, context);
  }
  await trashAll(plan, context);
  const gone = new Set([...plan.trash, ...plan.letGo].map(({ file }) => file.id));
  now = await context.remember({ saved: now.saved.filter(({ id }) => !gone.has(id)) });
  for (const step of plan.conflicts) {
    context.notice(
      `There are several checkpoints of step ${step} with different content at ${store.label}: all were kept. Remove the ones that you do not want.`,
    );
  }
}

/** A run that we went on from has grown since: it is alive elsewhere, so its files are not ours to rotate. */
async function noticeFork(
  listed: readonly RemoteCheckpoint[],
  state: UploadState,
  { notice, remember }: RotateContext,
): Promise<UploadState> {
  const start = state.start;
  if (start === null || start.runs.length === 0) return state;
  const stranger = listed.find(
    ({ run, file }) => run !== null && start.runs.includes(run) && !start.seen.includes(file.id),
  );
  if (stranger === undefined) return state;
  notice(
    `Another process is saving the run that this one went on from (step ${stranger.step} came from there): from now on this is a run of its own, and the other's checkpoints are left alone.`,
  );
  return remember({ start: { runs: [], adopted: [], seen: start.seen } });
}

/** Every file of this run that may be there, as `get` reports it: lists lag, `get` does not. */
async function ours(
  folder: string,
  listed: readonly RemoteCheckpoint[],
  state: UploadState,
  { store }: RotateContext,
): Promise<RemoteCheckpoint[]> {
  const ids = new Set([
    ...listed.filter(({ run }) => run === state.run).map(({ file }) => file.id),
    ...state.saved.map(({ id }) => id),
    ...(state.start?.adopted ?? []),
  ]);
  const files: RemoteCheckpoint[] = [];
  for (const id of ids) {
    const file = await find(store, id);
    const checkpoint = file && asCheckpoint(file);
    if (checkpoint && checkpoint.run !== null && !file.trashed && file.folder === folder && file.own)
      files.push(checkpoint);
  }
  return files;
}

async function find(store: Store, id: string): Promise<StoredFile | null> {
  try {
    return await store.get(id);
  } catch (error) {
    if (isStoreError(error, 'store-not-found')) return null;
    throw error;
  }
}

async function trashAll(plan: RemotePlan, { store, purge, notice }: RotateContext): Promise<void> {
  const letGo = new Set(plan.letGo);
  for (const checkpoint of [...plan.trash, ...plan.letGo]) {
    const { file } = checkpoint;
    try {
      await store.trash(file.id, letGo.has(checkpoint) && store.letsGo ? { letGo: true } : {});
      if (purge) await store.remove(file.id);
    } catch (error) {
      if (!isUserError(error)) throw error;
      if (!isStoreError(error, 'store-denied', 'store-unavailable', 'store-not-found')) throw error;
      if (error.code !== 'store-not-found')
        notice(`${file.name} could not go to the trash: ${error.message}.`);
    }
  }
}

/** Uploads a slim copy of a full checkpoint, made of the local file if that is still there. A failure waits for the next time. */
async function shrink(checkpoint: RemoteCheckpoint, context: RotateContext): Promise<void> {
  const { file, step } = checkpoint;
  const name = `model_ckpt_steps_${step}.ckpt`;
  const slim = join(context.journal, `slim-clean_${name}`);
  let fetched: string | null = null;
  try {
    const local = join(context.workDir, name);
    const digest = await digestFile(local).catch(() => null);
    const isLocal = digest?.sha256 === file.marks[marks.sha256];
    if (!isLocal) fetched = await fetchCheckpoint(context.store, checkpoint, context.journal, context);
    await writeSlim(fetched ?? local, slim);
    await context.upload({ path: slim, name: `clean_${name}`, step, slim: true });
  } catch (error) {
    if (context.signal?.aborted || !isUserError(error)) throw error;
    context.notice(`${file.name} stays full for now: ${error.message}.`);
  } finally {
    if (fetched !== null) await rm(fetched, { force: true });
  }
}
