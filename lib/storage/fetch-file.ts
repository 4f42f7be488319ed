/** A file from a store to a local path: goes on after breaks and kills, and is there only when its checksum is right. */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { digestFile } from './file-source';
import { type Clock, createPatience, systemClock } from './retry';
import type { Store, StoredFile } from './store';
import { isStoreError, storeError } from './store-errors';

/** How a file is fetched. */
export interface FetchFileOptions {
  readonly onBytes?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

const budgetMs = 600_000;

/**
 * Fetches `file` to `path`, whose folder is made. A part lies beside it as `PATH.ID.part` and is gone on with.
 * @param sha256 hex, of what was once stored; null: the store's own md5 is compared
 * @throws store errors; `store-corrupt` when the bytes are not those, and then no part is left
 */
export async function fetchFile(
  store: Store,
  file: StoredFile,
  path: string,
  sha256: string | null,
  options: FetchFileOptions = {},
): Promise<void> {
  const part = `${path}.${file.id.replace(/[^A-Za-z0-9_-]/g, '_').slice(-40)}.part`;
  await mkdir(dirname(path), { recursive: true });
  await fetchPart(store, file, part, options);
  const digest = await digestFile(part, options.signal);
  const right = sha256 === null ? digest.md5 === file.md5 : digest.sha256 === sha256;
  if (digest.bytes !== file.bytes || !right) {
    await rm(part, { force: true });
    throw storeError(
      'store-corrupt',
      `Expected ${file.name} (${file.bytes} bytes) from ${store.label} to have its checksum, got ${digest.bytes} bytes with another one`,
      'Try again; if it stays so, the file there is damaged: use an older one.',
    );
  }
  await rename(part, path);
}

async function fetchPart(
  store: Store,
  file: StoredFile,
  part: string,
  { onBytes, signal, clock = systemClock }: FetchFileOptions,
): Promise<void> {
  const patience = createPatience({
    clock,
    random: Math.random,
    budgetMs,
    judge: (error) => (isStoreError(error, 'store-unavailable') ? { afterMs: null } : null),
    ...(signal ? { signal } : {}),
  });
  const handle = await open(part, 'a');
  try {
    let done = (await stat(part)).size;
    while (done < file.bytes) {
      const before = done;
      try {
        for await (const piece of store.read(file.id, done, signal)) {
          await handle.write(piece);
          done += piece.byteLength;
          onBytes?.(done, file.bytes);
        }
        if (done === before) throw endedEarly(file, store);
      } catch (error) {
        if (done > before) patience.reset();
        await patience.after(error);
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function endedEarly(file: StoredFile, store: Store): Error {
  return storeError(
    'store-unavailable',
    `Expected all ${file.bytes} bytes of ${file.name} from ${store.label}, but it sent no more`,
    'Try again later.',
  );
}
