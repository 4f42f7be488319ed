/** Free disk space, and the file operations that leave either nothing or a whole file. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../config/errors';

/** Free bytes for this user on the disk that holds `folder` (or its nearest parent that exists). */
export function freeBytes(folder: string): number {
  let existing = path.resolve(folder);
  while (!fs.existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = fs.statfsSync(existing);
  return bavail * bsize;
}

/** Throws `disk-full` when `free` is less than `needed`; both in bytes. */
export function requireFree(free: number, needed: number, folder: string): void {
  if (free >= needed) return;
  throw new UserError(
    'disk-full',
    `Expected ${gigabytes(needed)} free on the disk of ${folder}, found ${gigabytes(free)}`,
    'Free some space, or set DIFF_SVC_CACHE to a folder on another disk.',
  );
}

/** '1.30 GB' (10^9 bytes). */
function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** SHA-256 of a file, hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Copies beside the target, then renames: a process that loads `to` meanwhile sees the old or the new file. Does
 * nothing when the target has the same bytes.
 */
export function copyAtomically(from: string, to: string): void {
  if (fs.existsSync(to) && fs.readFileSync(from).equals(fs.readFileSync(to))) return;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const beside = `${to}.${process.pid}.partial`;
  fs.copyFileSync(from, beside);
  fs.chmodSync(beside, 0o755);
  fs.renameSync(beside, to);
}

/** Writes text beside the target, syncs, renames. */
export function writeAtomically(to: string, text: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const beside = `${to}.${process.pid}.partial`;
  fs.writeFileSync(beside, text, { flush: true });
  fs.renameSync(beside, to);
}
