/** What a local store writes down about a file, in `.diff-svc/NAME.json`. */
import type { FileDigest } from './file-source';
import type { Source, Transfer } from './store';

/** Marks, and checksums that hold as long as size and time are those. */
export interface LocalRecord {
  readonly marks: Readonly<Record<string, string>>;
  readonly seen: (FileDigest & { readonly mtimeMs: number }) | null;
}

/** A damaged or missing record is that of a foreign file: no marks. */
export function parseRecord(text: string): LocalRecord {
  try {
    const { marks, seen } = JSON.parse(text) as Partial<LocalRecord>;
    const entries = Object.entries(marks ?? {}).filter(([, value]) => typeof value === 'string');
    return { marks: Object.fromEntries(entries), seen: seen ?? null };
  } catch {
    return { marks: {}, seen: null };
  }
}

/** The whole source in pieces of a megabyte. */
export async function* fileChunks(
  source: Source,
  bytes: number,
  transfer: Transfer,
): AsyncIterable<Uint8Array> {
  for (let done = 0; done < bytes; ) {
    transfer.signal?.throwIfAborted();
    const length = Math.min(1 << 20, bytes - done);
    yield await source.read(done, length);
    done += length;
    transfer.onBytes?.(done);
  }
  transfer.signal?.throwIfAborted();
}
