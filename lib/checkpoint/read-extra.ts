import type { Extra } from './checkpoint';
import { EXTRA_KEY, readExtra } from './extra';
import { readTorchFile } from './torch-file';
import { Place } from './tree-checks';

/**
 * Only what we add to a checkpoint (configuration, encoder, profile); null for files of the reference. Checksums are not
 * compared, so this is for looking, not for resuming.
 * @throws UserError as `readCheckpoint`
 */
export async function readCheckpointExtra(path: string): Promise<Extra | null> {
  return readExtra(new Place(await readTorchFile(path, { verify: false }), '', path).get(EXTRA_KEY));
}
