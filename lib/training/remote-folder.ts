/** The folder that a run saves to: the one that it knows while that is in its place, else, loudly, one at the same path. */
import type { OnNotice } from '../config/progress';
import type { Store } from '../storage/store';
import { isStoreError } from '../storage/store-errors';
import type { KnownFolder } from './upload-state';

/**
 * Id of the folder for `path` and what to remember of it. Known folders are asked for by id, because listings lag behind.
 * Nothing is taken out of the trash or moved back.
 */
export async function provideFolder(
  store: Store,
  path: readonly string[],
  known: readonly KnownFolder[],
  notice: OnNotice,
): Promise<{ id: string; folders: KnownFolder[] }> {
  if (known.length === path.length && (await allInPlace(store, known))) {
    return { id: known.at(-1)!.id, folders: [...known] };
  }
  const folders: KnownFolder[] = [];
  for (let depth = 1; depth <= path.length; depth++) {
    const { id, name, folder } = await store.get((await store.folder(path.slice(0, depth), true))!);
    folders.push({ id, name, folder });
  }
  const id = folders.at(-1)!.id;
  if (known.length > 0 && known.at(-1)!.id !== id) {
    notice(
      `The folder ${path.join('/')} at ${store.label} was moved or trashed: from now on checkpoints go to a new one at that path. What is in the old one was left as it is.`,
    );
  }
  return { id, folders };
}

async function allInPlace(store: Store, known: readonly KnownFolder[]): Promise<boolean> {
  for (const before of known) {
    try {
      const now = await store.get(before.id);
      if (now.trashed || now.name !== before.name || now.folder !== before.folder) return false;
    } catch (error) {
      if (isStoreError(error, 'store-not-found')) return false;
      throw error;
    }
  }
  return true;
}
