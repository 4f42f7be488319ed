/** Whether results can be written, said before minutes of work and not after. */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../config/errors';

/**
 * Makes `folder` if it is not there.
 * @param flag where the person named it, `--save-dir`
 * @throws UserError `out-not-writable`
 */
export async function requireWritableFolder(folder: string, flag: string): Promise<void> {
  await requireFolder(resolve(folder), folder, flag);
}

/**
 * Makes the folder of `path` if it is not there.
 * @param flag where the person named it, `--out`
 * @throws UserError `out-not-writable`, also if `path` is a folder itself
 */
export async function requireWritableFile(path: string, flag: string): Promise<void> {
  await requireFolder(dirname(resolve(path)), path, flag);
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw notWritable(path, flag, 'it is a folder');
}

async function requireFolder(folder: string, named: string, flag: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw notWritable(named, flag, `the system said: ${(cause as Error).message}`, cause);
  }
}

function notWritable(named: string, flag: string, why: string, cause?: unknown): UserError {
  return new UserError(
    'out-not-writable',
    `Expected to be able to write ${named}, but ${why}`,
    `Choose a path for ${flag} that you may write to; nothing was computed.`,
    { cause },
  );
}
