/** The names under which checkpoints wait in the journal's folder until they are uploaded. */
import { link, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { removeStaleTemporaries } from '../storage/atomic-file';
import { forgetUpload, pendingUploads } from '../storage/durable-upload';

/**
 * Removes what kills and failures have left in `journal`: temporaries, second names without an entry, and entries of other
 * runs, because a future that was given up is not uploaded any more.
 */
export async function tidyJournal(journal: string, run: string): Promise<void> {
  removeStaleTemporaries(journal);
  const needed = new Set<string>();
  for (const { order } of await pendingUploads(journal)) {
    if (order.key.startsWith(`${run}-`)) needed.add(order.path);
    else await forgetUpload(journal, order.key);
  }
  for (const name of await readdir(journal)) {
    const path = join(journal, name);
    if (name.endsWith('.ckpt') && !needed.has(path)) await rm(path, { force: true });
  }
}

/**
 * A hard link in `journal`, which local rotation does not touch; where the file system has none, the file itself.
 * @returns its path
 */
export async function secondName(path: string, journal: string, run: string): Promise<string> {
  const second = join(journal, `${run}-${basename(path)}`);
  await rm(second, { force: true });
  return link(path, second).then(
    () => second,
    () => path,
  );
}
