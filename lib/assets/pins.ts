/**
 * Hashes that nobody publishes: the first copy of a file is trusted and remembered, any other is refused (trust on first
 * use). One small JSON file in the shared folder.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';

const fileName = 'pinned.json';

/** Name of asset -> SHA-256. @throws UserError `pins-unreadable` */
export async function readPins(folder: string): Promise<Readonly<Record<string, string>>> {
  const path = join(folder, fileName);
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    const pins = JSON.parse(text) as unknown;
    if (typeof pins === 'object' && pins !== null && !Array.isArray(pins))
      return pins as Record<string, string>;
  } catch {
    // told below, with the remedy
  }
  throw new UserError(
    'pins-unreadable',
    `Expected ${path} to be a JSON object of hashes`,
    'Delete it: the files that are there will be trusted anew.',
  );
}

/** Remembers the hash of `name`; the caller holds the lock of `folder`. */
export async function pin(folder: string, name: string, sha256: string): Promise<void> {
  const pins = { ...(await readPins(folder)), [name]: sha256 };
  await writeFileAtomic(join(folder, fileName), Buffer.from(`${JSON.stringify(pins, null, 2)}\n`));
}
