/** Bytes of files, as files in a folder of the emulator: tests store gigabytes. Hashes are computed while bytes arrive. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Finished bytes. */
export interface Content {
  readonly path: string;
  readonly size: number;
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

/** All bytes of one emulator. */
export class Contents {
  readonly folder = mkdtempSync(join(tmpdir(), 'drive-emulator-'));
  private count = 0;

  /** Begins a new one. */
  writer(): ContentWriter {
    this.count += 1;
    return new ContentWriter(join(this.folder, String(this.count)));
  }

  store(bytes: Uint8Array): Content {
    const writer = this.writer();
    writer.append(bytes);
    return writer.finish();
  }

  remove(content: Content): void {
    rmSync(content.path, { force: true });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Grows to a `Content`. */
export class ContentWriter {
  private readonly file: number;
  private readonly hashes: readonly [Hash, Hash, Hash] = [
    createHash('md5'),
    createHash('sha1'),
    createHash('sha256'),
  ];
  size = 0;

  constructor(private readonly path: string) {
    this.file = openSync(path, 'w');
  }

  append(bytes: Uint8Array): void {
    for (const hash of this.hashes) hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done);
    this.size += bytes.length;
  }

  finish(): Content {
    closeSync(this.file);
    const [md5, sha1, sha256] = this.hashes.map((hash) => hash.digest('hex')) as [string, string, string];
    return { path: this.path, size: this.size, md5, sha1, sha256 };
  }

  /** Closes and removes the file. */
  discard(): void {
    closeSync(this.file);
    rmSync(this.path, { force: true });
  }
}

/** Bytes [from, to) of a content; a large one is read in pieces of at most 1 MiB. */
export function* readContent(content: Content, from: number, to: number): Generator<Buffer> {
  const file = openSync(content.path, 'r');
  try {
    for (let at = from; at < to; ) {
      const piece = Buffer.alloc(Math.min(1 << 20, to - at));
      const read = readSync(file, piece, 0, piece.length, at);
      if (read === 0) throw new Error(`Expected ${content.size} bytes in ${content.path}, found ${at}`);
      yield piece.subarray(0, read);
      at += read;
    }
  } finally {
    closeSync(file);
  }
}

/** The whole content. */
export function wholeContent(content: Content): Buffer {
  return readFileSync(content.path);
}
