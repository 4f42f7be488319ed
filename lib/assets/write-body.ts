/** Writes what a server sends, piece by piece as it comes: a connection that breaks loses nothing that arrived. */
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../config/errors';

/** How a body is written. */
export interface BodyOptions {
  /** where in the file it begins; 0 = a new file */
  readonly offset: number;
  readonly stallMs: number;
  /** nothing came for `stallMs` */
  readonly onStall: () => void;
  /** called with the length that the file will have, before the piece is written; throws to refuse it */
  readonly onBytes: (length: number) => void;
}

/**
 * Appends `body` to the file `part` and flushes it.
 * @throws UserError `download-disk`; what `body` and `onBytes` throw
 */
export async function writeBody(
  body: AsyncIterable<Uint8Array>,
  part: string,
  options: BodyOptions,
): Promise<void> {
  const file = await open(part, options.offset > 0 ? 'r+' : 'w');
  const watch = (): NodeJS.Timeout => setTimeout(options.onStall, options.stallMs);
  let timer = watch();
  let done = options.offset;
  try {
    for await (const chunk of body) {
      options.onBytes(done + chunk.length);
      await writeWhole(file, chunk, done);
      done += chunk.length;
      clearTimeout(timer);
      timer = watch();
    }
    await file.sync();
  } finally {
    clearTimeout(timer);
    await file.close();
  }
}

/** @throws UserError `download-disk` */
async function writeWhole(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  try {
    for (let done = 0; done < chunk.length; ) {
      done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
    }
  } catch (cause) {
    throw new UserError(
      'download-disk',
      `The download could not be written: ${(cause as Error).message}`,
      'Make room on the disk and try again: it goes on where it stopped.',
      { cause },
    );
  }
}
