/** Files that are kept so as not to be made again, each under its own checksum. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const DIGEST_BYTES = 32;

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/**
 * Keeps `bytes` under `path`, after their own SHA-256: beside, then renamed. Not through `storage/atomic-file.ts`,
 * because flushing a thousand small files takes longer than making them again, and a torn one is found by its digest.
 */
export async function writeCached(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, Buffer.concat([digest(bytes), bytes]));
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

/** What `writeCached` kept under `path`; null if nothing is there or it is damaged. */
export async function readCached(path: string): Promise<Buffer | null> {
  const content = await readFile(path).catch(() => null);
  if (content === null || content.length < DIGEST_BYTES) return null;
  const bytes = content.subarray(DIGEST_BYTES);
  return digest(bytes).equals(content.subarray(0, DIGEST_BYTES)) ? bytes : null;
}
