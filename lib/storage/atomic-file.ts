/**
 * Writing files so that a reader sees the old content or the new one, never a part: beside, fsync, rename, fsync of
 * the folder. Everything in this project that writes a file writes it through here.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../config/errors';

/** Bytes to write, whole or piece by piece; pieces need not outlive the step of the iterator. */
export type Chunks = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

// The name does not contain the target's: a name of 255 bytes must stay writable. It ends in `part`, which
// Diff-SVC's own resume skips (spec section g).
const TEMPORARY = /^\.diff-svc-(\d+)-[0-9a-f]+\.part$/;

/** Temporaries that this process is writing at the moment. */
const active = new Set<string>();

/** Whether `name` (no folder) is a temporary of `writeFileAtomic`, of whatever process. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * Replaces the file `path` by `chunks` in one step.
 *
 * @param options.mode permissions of the file, `0o600` for secrets; default: what the system gives
 * @throws UserError `disk-full`, `not-writable`, `not-a-folder`, `no-such-folder`, `is-a-folder`, `write-failed`: the
 *   old file is untouched and the temporary is gone. What the iterator of `chunks` throws passes through likewise.
 */
export async function writeFileAtomic(
  path: string,
  chunks: Chunks,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const folder = dirname(path);
  const name = `.diff-svc-${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const temporary = join(folder, name);
  active.add(name);
  try {
    await writeAndSync(temporary, path, chunks, options.mode);
    await onDisk(path, () => rename(temporary, path));
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    active.delete(name);
  }
}

/**
 * Removes temporaries in `folder` whose process is dead (a killed save leaves one); those of running processes stay.
 *
 * @returns the removed names
 */
export function removeStaleTemporaries(folder: string): string[] {
  const stale = readdirSync(folder).filter((name) => {
    const pid = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN);
    return pid === process.pid ? !active.has(name) : !Number.isNaN(pid) && !isAlive(pid);
  });
  for (const name of stale) rmSync(join(folder, name), { force: true });
  return stale;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function writeAndSync(
  temporary: string,
  path: string,
  chunks: Chunks,
  mode: number | undefined,
): Promise<void> {
  // 'wx': two writers never share a temporary
  const handle = await onDisk(path, () => open(temporary, 'wx', mode));
  try {
    for await (const chunk of chunks instanceof Uint8Array ? [chunks] : chunks) {
      await onDisk(path, () => writeWhole(handle, chunk));
    }
    await onDisk(path, () => handle.sync());
  } finally {
    await handle.close();
  }
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) {
    // the kernel may take less than it is given (near a full disk, above 2 GiB)
    const { bytesWritten } = await handle.write(chunk, done, Math.min(chunk.byteLength - done, 1 << 30));
    done += bytesWritten;
  }
}

/** Makes the rename durable. Not every file system can (Windows, FUSE mounts of remote disks): then it is skipped. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM', 'EACCES', 'EISDIR', 'EBADF'].includes(errorCode(error))) {
      throw await describe(folder, error);
    }
  }
}

async function onDisk<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw await describe(path, error);
  }
}

async function describe(path: string, cause: unknown): Promise<Error> {
  const folder = dirname(path);
  const fail = (code: string, why: string, remedy: string): UserError =>
    new UserError(code, `Expected to write ${path}, but ${why}`, remedy, { cause });
  switch (errorCode(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        'disk-full',
        `the disk is full (${await freeText(folder)})`,
        `Make room on the disk that holds ${folder}; what was there before is unharmed.`,
      );
    case 'EACCES':
    case 'EPERM':
      return fail('not-writable', `writing in ${folder} is not permitted`, 'Choose a folder of your own.');
    case 'EROFS':
      return fail('not-writable', `${folder} is on a read-only disk`, 'Choose a folder on another disk.');
    case 'ENOTDIR':
      return fail('not-a-folder', `a part of ${folder} is a file`, 'Choose another path.');
    case 'ENOENT':
      return fail(
        'no-such-folder',
        `there is no folder ${folder}`,
        `Create ${folder} or choose another path.`,
      );
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return fail('is-a-folder', 'a folder of that name exists', 'Choose another name.');
    default:
      return fail('write-failed', `the system said: ${messageOf(cause)}`, 'Check the disk, then try again.');
  }
}

async function freeText(folder: string): Promise<string> {
  const stats = await statfs(folder).catch(() => null);
  return stats ? `${Math.round((stats.bavail * stats.bsize) / 1e6)} MB free` : 'free space unknown';
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
