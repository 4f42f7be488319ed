/** An open file as a `Source`, and its hashes. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Source } from './store';
import { storeError } from './store-errors';

/** Reads from `handle`, which stays open as long as the source is used. @param name for errors */
export function fileSource(handle: FileHandle, name: string): Source {
  return {
    read: async (from, length) => {
      const bytes = Buffer.alloc(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
        // restic's rule: a short reader must fail, or half a file would be stored as a whole one
        if (bytesRead === 0) throw shortened(name, from + length);
        done += bytesRead;
      }
      return bytes;
    },
  };
}

function shortened(name: string, wanted: number): Error {
  return storeError(
    'store-corrupt',
    `Expected ${name} to have ${wanted} bytes at least, but it has become shorter`,
    'Something else writes to it; it is taken again from the beginning.',
  );
}

/** Size and checksums of a file, hex. */
export interface FileDigest {
  readonly bytes: number;
  readonly md5: string;
  readonly sha256: string;
}

/** Reads a file once for both checksums. Throws the system's error. */
export async function digestFile(path: string, signal?: AbortSignal): Promise<FileDigest> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let bytes = 0;
  const handle = await open(path, 'r');
  try {
    for await (const piece of handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      md5.update(piece);
      sha256.update(piece);
      bytes += piece.length;
    }
  } finally {
    await handle.close();
  }
  return { bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}
