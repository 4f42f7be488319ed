import { isUserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { type FolderLock, lockFolder } from '../storage/folder-lock';

const lockWaitMs = 30_000;

/** Locks the journal, waiting up to 30 s: the uploader of a training that was just killed may still be ending. */
export async function lockPatiently(journal: string, notice: OnNotice): Promise<FolderLock> {
  for (const deadline = performance.now() + lockWaitMs; ; ) {
    try {
      return await lockFolder(journal, 'uploading', notice);
    } catch (error) {
      if (!isUserError(error) || error.code !== 'folder-locked' || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
