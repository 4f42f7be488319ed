import { readCheckpoint } from '../checkpoint/read';
import { writeCheckpoint } from '../checkpoint/write';

/**
 * Writes a checkpoint without the optimiser's state, a third of the size: it converts, but training cannot go on from it.
 * @param full path of a whole one; @param slim path of the file to write
 * @returns `slim`
 * @throws UserError those of `readCheckpoint` and `writeCheckpoint`
 */
export async function writeSlim(full: string, slim: string): Promise<string> {
  await writeCheckpoint(slim, { ...(await readCheckpoint(full)), optimizer: null });
  return slim;
}
