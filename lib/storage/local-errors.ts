/** What the file system says, as errors of a store. */
import { storeError } from './store-errors';

/** Names from outside are never paths. */
export function safeName(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return name;
  throw storeError(
    'store-denied',
    `Expected a plain file name, got ${JSON.stringify(name)}`,
    'Choose another name.',
  );
}

/** The store's error for what is not there. */
export function notFound(path: string): Error {
  return storeError(
    'store-not-found',
    `Expected ${path}, but there is no such file or folder`,
    'Check the path.',
  );
}

/** The store's error for one of the file system; others pass through. */
export function explainLocal(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  switch (code) {
    case 'disk-full':
    case 'ENOSPC':
    case 'EDQUOT':
      return storeError(
        'store-quota',
        `Expected room for ${path}, but the disk is full`,
        'Make room on that disk.',
        error,
      );
    case 'ENOENT':
    case 'ENOTDIR':
    case 'no-such-folder':
      return notFound(path);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'not-writable':
      return storeError(
        'store-denied',
        `Expected to write ${path}, but it is not permitted`,
        'Choose another folder.',
        error,
      );
    case 'EIO':
    case 'ENOTCONN':
    case 'ETIMEDOUT':
      return storeError(
        'store-unavailable',
        `Expected ${path} to answer, but it does not (${code})`,
        'Is it mounted?',
        error,
      );
    default:
      return error;
  }
}
