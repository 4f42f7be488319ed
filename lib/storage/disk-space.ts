/** How much room there is, and a refusal before work starts when there is too little. */
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../config/errors';

/**
 * Bytes that this user may still write where `path` is or will be (its nearest existing parent). `Infinity` where the
 * file system does not say (some remote mounts report no blocks at all).
 */
export async function freeBytes(path: string): Promise<number> {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const stats = await statfs(at);
      return stats.blocks === 0 ? Number.POSITIVE_INFINITY : stats.bavail * stats.bsize;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(at) === at) throw error;
    }
  }
}

/**
 * Refuses to start what will not fit.
 * @param bytes how much will be written at `path`, @param what names it: `the clips of songs.zip`
 * @throws UserError `disk-space` with both numbers
 */
export async function requireFree(path: string, bytes: number, what: string): Promise<void> {
  const free = await freeBytes(path);
  if (free >= bytes) return;
  throw new UserError(
    'disk-space',
    `Expected ${megabytes(bytes)} MB free for ${what} at ${path}, got ${megabytes(free)} MB`,
    `Free ${megabytes(bytes - free)} MB on that disk or choose a folder on another one.`,
  );
}

function megabytes(bytes: number): string {
  return String(Math.ceil(bytes / 1e6));
}
