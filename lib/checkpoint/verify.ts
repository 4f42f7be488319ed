import { readCheckpoint } from './read';

/**
 * Reads the whole checkpoint back: every CRC, every tensor's bounds. Nothing is returned, so its memory is free again.
 * @throws UserError as `readCheckpoint`
 */
export async function verifyCheckpoint(path: string): Promise<void> {
  await readCheckpoint(path);
}
