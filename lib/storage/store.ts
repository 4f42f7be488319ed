/**
 * A place for files that may be far away and may fail: Google Drive, a mounted Drive, a folder. It knows bytes and marks,
 * not singing. `test/storage/store-conformance.ts` holds every implementation to the comments here.
 *
 * Every method throws errors of `store-errors.ts` and nothing else that a person could mend. Temporary failures are
 * repeated inside, for a bounded time; what comes out as `store-unavailable` is worth trying again later.
 */

/** What the store itself says of a file. */
export interface StoredFile {
  /** the only key: names may repeat and may be changed by people */
  readonly id: string;
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'shortcut';
  readonly bytes: number;
  /** hex; of the bytes as they are stored. null: the store has none (folders, shortcuts, not computed yet) */
  readonly md5: string | null;
  /** hex; null where the store has none: not every file of Drive has one */
  readonly sha256: string | null;
  readonly trashed: boolean;
  /** id of the folder that it lies in; null: not visible to us */
  readonly folder: string | null;
  /** small texts that we attached (Drive: `properties`, 124 bytes for a key with its value) */
  readonly marks: Readonly<Record<string, string>>;
  /** whether the store lets us trash it as far as it says */
  readonly own: boolean;
  /** milliseconds since the epoch, by the store's clock */
  readonly createdMs: number;
}

/** A file to be stored. */
export interface Draft {
  /** from `reserve` */
  readonly id: string;
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  /** hex */
  readonly md5: string;
  readonly marks: Readonly<Record<string, string>>;
}

/** Where bytes come from; the same bytes every time. */
export interface Source {
  /** exactly `length` bytes from `from` on; throws if they are not there */
  read(from: number, length: number): Promise<Uint8Array>;
}

/** How a transfer goes on after a break, and what it tells. */
export interface Transfer {
  /** what `onSession` was given last for this draft, of whatever process; null: nothing was begun */
  readonly session: string | null;
  /** awaited before the first byte is sent, so that it can be written down; null: the former session is dead */
  readonly onSession: (session: string | null) => Promise<void>;
  /** bytes that the store has confirmed */
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** How full the store is. `null`: it does not say, or has no limit. */
export interface Space {
  readonly freeBytes: number | null;
  readonly usedBytes: number | null;
  /** part of `usedBytes`: the trash fills the quota too */
  readonly trashBytes: number | null;
}

export interface Store {
  /** for people: `Google Drive (alice@example.com)` */
  readonly label: string;
  /** false: what `get` says is what the mount says, not what Drive has */
  readonly verifies: boolean;
  /** whether `trash` with `letGo` frees room; where not, rotation frees nothing until the trash is emptied */
  readonly letsGo: boolean;

  /**
   * Id of the folder at `path` (names from the top), made with everything above it where `make`; else null if it is not
   * there. Of folders with one name the oldest counts. Trashed folders do not count.
   */
  folder(path: readonly string[], make: boolean): Promise<string | null>;

  /** An id that no file has, for a file to be called `name` in `folder`. Making it stores nothing. */
  reserve(folder: string, name: string): Promise<string>;

  /**
   * Stores the bytes under `draft.id`. Never replaces or renames what is there. Idempotent: may be called again after any
   * failure or kill, in this process or another, and goes on where the store stopped; if the file is already there with
   * this size and md5, it does nothing. Nothing appears before all bytes are there. A resolved `put` is no proof: only
   * `get` is. @throws `store-exists` if another content has this id, `store-quota`, `store-not-found` (folder)
   */
  put(draft: Draft, source: Source, transfer: Transfer): Promise<void>;

  /** What is stored, as of now, also of a trashed file. @throws `store-not-found` */
  get(id: string): Promise<StoredFile>;

  /**
   * All files in `folder` that are not trashed, in no order. May lag behind `get` (a file just stored can be missing, one
   * just trashed be there), but is never a part of a list: @throws `store-incomplete`
   */
  list(folder: string): Promise<StoredFile[]>;

  /** All files that were trashed out of `folder`; none where the trash is out of sight. @throws `store-incomplete` */
  listTrash(folder: string): Promise<StoredFile[]>;

  /** The bytes from `from` on, in pieces; ends early or throws where the connection does. */
  read(id: string, from: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;

  /**
   * Moves one file to the trash; a trashed one stays trashed. It can be restored there for 30 days. `letGo`: its bytes stop
   * counting against the quota (where `letsGo`); they can be had again from its version history, for as long.
   * @throws `store-denied`
   */
  trash(id: string, how?: { readonly letGo?: boolean }): Promise<void>;

  /** Takes a file out of the trash, bytes that were let go included. @throws `store-not-found`, `store-denied` */
  restore(id: string): Promise<void>;

  /** Removes one file for good; no error if it is gone. Only ever called because a person asked for it. */
  remove(id: string): Promise<void>;

  /** Sets marks; null removes one. The others stay. */
  mark(id: string, marks: Readonly<Record<string, string | null>>): Promise<void>;

  space(): Promise<Space>;
}

/** The file as it should be: every byte there, not trashed, where it was put. */
export function holds(file: StoredFile, draft: Pick<Draft, 'bytes' | 'md5' | 'folder'>): boolean {
  return (
    !file.trashed && file.bytes === draft.bytes && file.md5 === draft.md5 && file.folder === draft.folder
  );
}
