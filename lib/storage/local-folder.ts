/**
 * A folder of this machine as a `Store`: the default that needs no set-up, and a mounted Google Drive. Ids are paths below
 * the root. What a file system has no place for (marks, checksums) lies in `.diff-svc/NAME.json` beside the file. Trash is
 * the folder `trash` beside it; on a mounted Drive it is Drive's own, out of our sight.
 */
import { mkdir, readdir, readFile, rename, rm, stat, truncate, unlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { writeFileAtomic } from './atomic-file';
import { freeBytes } from './disk-space';
import { digestFile } from './file-source';
import { explainLocal, notFound, safeName } from './local-errors';
import { fileChunks, type LocalRecord, parseRecord } from './local-record';
import type { Draft, Source, Space, Store, StoredFile, Transfer } from './store';
import { storeError } from './store-errors';

/** How the folder is used. */
export interface LocalStoreOptions {
  /** a DriveFS mount: removed files go to Drive's trash, and nobody says what has reached Drive */
  readonly drive?: boolean;
}

const recordFolder = '.diff-svc';
const trashFolder = 'trash';

/** Opens `root`, which is made when something is stored. */
export function createLocalStore(root: string, options: LocalStoreOptions = {}): Store {
  return new LocalStore(root, options.drive === true);
}

class LocalStore implements Store {
  readonly label: string;
  readonly verifies: boolean;
  readonly letsGo: boolean;

  constructor(
    private readonly root: string,
    private readonly drive: boolean,
  ) {
    this.label = drive ? 'Drive (DriveFS)' : root;
    this.verifies = !drive;
    this.letsGo = drive;
  }

  async folder(path: readonly string[], make: boolean): Promise<string | null> {
    const id = path.map(safeName).join('/');
    if (make) await this.guarded(id, () => mkdir(this.path(id), { recursive: true }));
    const there = await stat(this.path(id)).catch(() => null);
    return there?.isDirectory() ? id : null;
  }

  /** `name`, or `name (1)`, ... as DriveFS shows twins. */
  async reserve(folder: string, name: string): Promise<string> {
    const dot = safeName(name).lastIndexOf('.');
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    for (let copy = 0; ; copy++) {
      const id = posix.join(folder, copy === 0 ? name : `${stem} (${copy})${extension}`);
      const taken = [this.path(id), this.trashPath(id), this.recordPath(id)].map((at) =>
        stat(at).catch(() => null),
      );
      if ((await Promise.all(taken)).every((found) => found === null)) return id;
    }
  }

  async put(draft: Draft, source: Source, transfer: Transfer): Promise<void> {
    const there = await this.find(draft.id);
    if (there !== null) {
      if (there.bytes === draft.bytes && there.md5 === draft.md5) return;
      throw storeError(
        'store-exists',
        `Expected ${this.path(draft.id)} to be free, but another content is there`,
        'It is stored under another name.',
      );
    }
    if ((await this.folder(draft.folder.split('/'), false)) === null) throw notFound(this.path(draft.folder));
    // The marks first: a kill in between must not leave a file of ours that nobody knows as ours.
    await mkdir(dirname(this.recordPath(draft.id)), { recursive: true });
    await this.writeRecord(draft.id, { marks: draft.marks, seen: null });
    await this.guarded(draft.id, () =>
      writeFileAtomic(this.path(draft.id), fileChunks(source, draft.bytes, transfer)),
    );
  }

  async get(id: string): Promise<StoredFile> {
    const file = await this.find(id);
    if (file === null) throw notFound(this.path(id));
    return file;
  }

  list(folder: string): Promise<StoredFile[]> {
    return this.scan(folder, this.path(folder), false);
  }

  async listTrash(folder: string): Promise<StoredFile[]> {
    const trash = join(this.path(folder), trashFolder);
    return (await stat(trash).catch(() => null)) === null ? [] : this.scan(folder, trash, true);
  }

  async *read(id: string, from: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const { createReadStream } = await import('node:fs');
    const at = (await stat(this.path(id)).catch(() => null)) ? this.path(id) : this.trashPath(id);
    if ((await stat(at).catch(() => null)) === null) throw notFound(this.path(id));
    for await (const piece of createReadStream(at, { start: from, highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      yield piece as Uint8Array;
    }
  }

  async trash(id: string, how: { readonly letGo?: boolean } = {}): Promise<void> {
    const path = this.path(id);
    if ((await stat(path).catch(() => null)) === null) return;
    await this.guarded(id, async () => {
      if (this.drive) {
        // DriveFS: a removed file is in Drive's trash, its former content among its versions
        if (how.letGo === true) await truncate(path, 0);
        await unlink(path);
        await rm(this.recordPath(id), { force: true });
      } else {
        await mkdir(dirname(this.trashPath(id)), { recursive: true });
        await rename(path, this.trashPath(id));
      }
    });
  }

  async restore(id: string): Promise<void> {
    if (this.drive) {
      throw storeError(
        'store-denied',
        `Expected to restore ${id}, but a mounted Drive does not show its trash`,
        'Restore it in the trash at drive.google.com, or log in: `diff-svc drive login`.',
      );
    }
    if ((await stat(this.path(id)).catch(() => null)) !== null) return;
    if ((await stat(this.trashPath(id)).catch(() => null)) === null) throw notFound(this.path(id));
    await this.guarded(id, () => rename(this.trashPath(id), this.path(id)));
  }

  async remove(id: string): Promise<void> {
    for (const path of [this.path(id), this.trashPath(id), this.recordPath(id)]) {
      await this.guarded(id, () => rm(path, { force: true }));
    }
  }

  async mark(id: string, marks: Readonly<Record<string, string | null>>): Promise<void> {
    await this.get(id);
    const record = await this.record(id);
    const merged = Object.entries({ ...record.marks, ...marks }).filter(([, value]) => value !== null);
    await mkdir(dirname(this.recordPath(id)), { recursive: true });
    await this.writeRecord(id, { ...record, marks: Object.fromEntries(merged) as Record<string, string> });
  }

  async space(): Promise<Space> {
    const free = await freeBytes(this.root);
    return { freeBytes: Number.isFinite(free) ? free : null, usedBytes: null, trashBytes: null };
  }

  private path(id: string): string {
    return join(this.root, ...id.split('/').map(safeName));
  }

  private trashPath(id: string): string {
    return join(this.root, ...id.split('/').map(safeName).toSpliced(-1, 0, trashFolder));
  }

  private recordPath(id: string): string {
    return `${join(this.root, ...id.split('/').map(safeName).toSpliced(-1, 0, recordFolder))}.json`;
  }

  private async scan(folder: string, at: string, trashed: boolean): Promise<StoredFile[]> {
    const names = await this.guarded(folder, () => readdir(at));
    const files = await Promise.all(
      names
        .filter((name) => !name.startsWith('.') && name !== trashFolder)
        .map((name) => this.describe(posix.join(folder, name), join(at, name), trashed, false)),
    );
    return files.filter((file) => file !== null);
  }

  private async find(id: string): Promise<StoredFile | null> {
    return (
      (await this.describe(id, this.path(id), false, true)) ??
      (await this.describe(id, this.trashPath(id), true, true))
    );
  }

  /** @param digest whether to read the file for its checksums if they are not known */
  private async describe(
    id: string,
    path: string,
    trashed: boolean,
    digest: boolean,
  ): Promise<StoredFile | null> {
    const stats = await stat(path).catch(() => null);
    if (stats === null) return null;
    const record = await this.record(id);
    const seen = { bytes: stats.size, mtimeMs: stats.mtimeMs };
    let sums = record.seen?.bytes === seen.bytes && record.seen.mtimeMs === seen.mtimeMs ? record.seen : null;
    if (sums === null && digest && stats.isFile()) {
      sums = { ...seen, ...(await this.guarded(id, () => digestFile(path))) };
      // Files of other people get no record: there would be nothing to say but what can be read again.
      if (Object.keys(record.marks).length > 0) await this.writeRecord(id, { ...record, seen: sums });
    }
    return {
      id,
      name: posix.basename(id),
      kind: stats.isDirectory() ? 'folder' : 'file',
      bytes: stats.isDirectory() ? 0 : stats.size,
      md5: sums?.md5 ?? null,
      sha256: sums?.sha256 ?? null,
      trashed,
      folder: posix.dirname(id),
      marks: record.marks,
      own: true,
      createdMs: stats.birthtimeMs || stats.mtimeMs,
    };
  }

  private async record(id: string): Promise<LocalRecord> {
    return parseRecord(await readFile(this.recordPath(id), 'utf8').catch(() => ''));
  }

  private async writeRecord(id: string, record: LocalRecord): Promise<void> {
    await this.guarded(id, () =>
      writeFileAtomic(this.recordPath(id), Buffer.from(`${JSON.stringify(record)}\n`)),
    );
  }

  private async guarded<T>(id: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      throw explainLocal(error, this.path(id));
    }
  }
}
