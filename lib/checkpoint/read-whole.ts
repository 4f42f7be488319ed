import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../config/errors';

/**
 * A file's bytes in one buffer, aligned for views of any element.
 * @throws UserError `file-unreadable`
 */
export async function readWhole(path: string): Promise<Uint8Array> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, 'r');
    const { size } = await handle.stat();
    const bytes = new Uint8Array(new ArrayBuffer(size));
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(size - done, 1 << 30), done);
      // the file was cut while it was read: the readers will say what is missing
      if (bytesRead === 0) return bytes.subarray(0, done);
      done += bytesRead;
    }
    return bytes;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('file-unreadable', `Expected to read ${path}, but: ${why}`, 'Check the path.', {
      cause,
    });
  } finally {
    await handle?.close();
  }
}
