/**
 * One upload that survives kills: hashed, its id reserved and written down before anything is sent, its session written
 * down before the first byte, and read back at the end. The journal is one small file per upload.
 */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file';
import { digestFile, fileSource } from './file-source';
import { type Draft, holds, type Store, type StoredFile } from './store';
import { isStoreError, storeError } from './store-errors';

/** What is to be stored. */
export interface UploadOrder {
  /** names the journal entry: letters, digits, `-`, `_` */
  readonly key: string;
  /** local file; must not change until the upload is done */
  readonly path: string;
  readonly name: string;
  readonly folder: string;
  readonly marks: Readonly<Record<string, string>>;
  /** names of the marks that get the checksums */
  readonly sha256Mark: string;
  readonly md5Mark: string;
}

/** A journal entry. */
export interface PendingUpload {
  readonly order: UploadOrder;
  readonly draft: Draft;
  readonly session: string | null;
}

/** How it is done. */
export interface UploadContext {
  readonly store: Store;
  /** folder of the journal */
  readonly journal: string;
  readonly signal?: AbortSignal;
  readonly onBytes?: (done: number, total: number) => void;
}

/** Files that may arrive wrong before we give up. */
const attempts = 3;

/**
 * Stores `order.path`, going on where the journal says. The entry stays until `forgetUpload`: whoever called writes down
 * the result first.
 * @returns the file as the store reports it afterwards, equal in size and md5 to the local one
 * @throws store errors; `store-corrupt` if it arrives wrong three times
 */
export async function uploadDurably(order: UploadOrder, context: UploadContext): Promise<StoredFile> {
  let pending = await readPending(context.journal, order.key);
  for (let attempt = 1; ; attempt++) {
    if (pending === null || pending.draft.folder !== order.folder || pending.order.path !== order.path) {
      pending = await begin(order, context);
    }
    try {
      await send(pending, context);
      const stored = await context.store.get(pending.draft.id);
      if (holds(stored, pending.draft)) return stored;
      if (stored.trashed || stored.folder !== order.folder) throw movedAway(order, context.store);
      if (attempt === attempts) throw arrivedWrong(order, context.store);
    } catch (error) {
      // A file that is gone again (404) or another one under the id: once more, under a new id.
      if (!isStoreError(error, 'store-exists', 'store-not-found') || attempt === attempts) throw error;
      await forgetUpload(context.journal, order.key);
      if (isStoreError(error, 'store-not-found')) throw error;
    }
    pending = null;
  }
}

/** Entries of the journal, of whatever process. Damaged ones (there should be none) are left out. */
export async function pendingUploads(journal: string): Promise<PendingUpload[]> {
  const names = await readdir(journal).catch(() => [] as string[]);
  const keys = names.flatMap((name) => /^pending-(.+)\.json$/.exec(name)?.[1] ?? []);
  const entries = await Promise.all(keys.map((key) => readPending(journal, key)));
  return entries.filter((entry) => entry !== null);
}

/** Drops an entry; no error if there is none. */
export async function forgetUpload(journal: string, key: string): Promise<void> {
  await rm(entryPath(journal, key), { force: true });
}

function entryPath(journal: string, key: string): string {
  return join(journal, `pending-${key}.json`);
}

async function readPending(journal: string, key: string): Promise<PendingUpload | null> {
  try {
    return JSON.parse(await readFile(entryPath(journal, key), 'utf8')) as PendingUpload;
  } catch {
    return null;
  }
}

async function begin(order: UploadOrder, context: UploadContext): Promise<PendingUpload> {
  const { bytes, md5, sha256 } = await digestFile(order.path, context.signal);
  const id = await context.store.reserve(order.folder, order.name);
  const marks = { ...order.marks, [order.sha256Mark]: sha256, [order.md5Mark]: md5 };
  const draft = { id, folder: order.folder, name: order.name, bytes, md5, marks };
  return write(context.journal, { order, draft, session: null });
}

/** A session is as good as a password for this one file, so the entry is for the owner's eyes only. */
async function write(journal: string, pending: PendingUpload): Promise<PendingUpload> {
  await mkdir(journal, { recursive: true });
  const text = Buffer.from(`${JSON.stringify(pending, null, 1)}\n`);
  await writeFileAtomic(entryPath(journal, pending.order.key), text, { mode: 0o600 });
  return pending;
}

async function send(pending: PendingUpload, context: UploadContext): Promise<void> {
  const { draft, order } = pending;
  const handle = await open(order.path, 'r');
  try {
    await context.store.put(draft, fileSource(handle, order.path), {
      session: pending.session,
      onSession: async (session) => void (await write(context.journal, { ...pending, session })),
      onBytes: (done) => context.onBytes?.(done, draft.bytes),
      ...(context.signal ? { signal: context.signal } : {}),
    });
  } finally {
    await handle.close();
  }
}

function movedAway(order: UploadOrder, store: Store): Error {
  return storeError(
    'store-not-found',
    `Expected ${order.name} to stay in its folder at ${store.label}, but it was moved or trashed meanwhile`,
    'It is stored again, in a folder that is there.',
  );
}

function arrivedWrong(order: UploadOrder, store: Store): Error {
  return storeError(
    'store-corrupt',
    `Expected ${order.name} to arrive whole at ${store.label}, but its checksum there differs, ${attempts} times`,
    'The local copy is good and is tried again; check the network and the memory of this machine if it stays so.',
  );
}
