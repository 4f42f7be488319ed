/** Google Drive as a `Store`, through Google's own client library; ids are keys, names are for people. */
import { drive, type drive_v3 } from 'googleapis/build/src/apis/drive';
import { DriveFailure, explain, isFull } from './drive-failure';
import { fileFields, quoted, toStoredFile } from './drive-files';
import { letGo, takeBack } from './drive-let-go';
import { DriveListing } from './drive-listing';
import { createRequests, type DriveAuth, type Requests } from './drive-requests';
import { googleEndpoints } from './google-auth';
import { chunkUnit, uploadResumably } from './resumable-upload';
import { type Clock, retrying } from './retry';
import {
  type Draft,
  holds,
  type Source,
  type Space,
  type Store,
  type StoredFile,
  type Transfer,
} from './store';
import { storeError } from './store-errors';

/** Which Drive, and how to talk to it. */
export interface DriveStoreOptions {
  readonly auth: DriveAuth;
  /** for tests; default Google */
  readonly rootUrl?: string;
  /** a shared drive instead of My Drive */
  readonly sharedDriveId?: string;
  readonly clock: Clock;
  /** [0, 1); default `Math.random` */
  readonly random?: () => number;
  /** bytes of a chunk, multiple of 256 KiB; default 8 MiB */
  readonly chunkBytes?: number;
  /** longest time for the repeats of one request; default 5 min */
  readonly retryBudgetMs?: number;
}

/** Opens a Drive; nothing is asked before the first call. */
export function createDriveStore(options: DriveStoreOptions): Store {
  return new DriveStore(options);
}

class DriveStore implements Store {
  readonly label = 'Google Drive';
  readonly verifies = true;
  readonly letsGo = true;
  private readonly api: drive_v3.Drive;
  private readonly requests: Requests;
  private readonly chunkBytes: number;
  private readonly listing: DriveListing;

  constructor(private readonly options: DriveStoreOptions) {
    const { auth, clock } = options;
    this.api = drive({ version: 'v3', auth });
    this.chunkBytes = options.chunkBytes ?? 32 * chunkUnit;
    this.requests = createRequests({
      auth,
      clock,
      rootUrl: options.rootUrl ?? googleEndpoints().rootUrl,
      random: options.random ?? Math.random,
      retryBudgetMs: options.retryBudgetMs ?? 300_000,
    });
    this.listing = new DriveListing(this.requests, this.api, options.sharedDriveId, () => this.reserve());
  }

  folder(path: readonly string[], make: boolean): Promise<string | null> {
    return this.listing.folder(path, make);
  }

  async reserve(): Promise<string> {
    const { ids } = await this.ask('to reserve an id on Google Drive', (o) =>
      this.api.files.generateIds({ count: 1, space: 'drive', type: 'files' }, o),
    );
    return ids![0]!;
  }

  async put(draft: Draft, source: Source, transfer: Transfer): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const file = await this.find(draft.id);
      if (file === null) return false;
      if (holds({ ...file, trashed: false }, draft)) return true;
      throw storeError(
        'store-exists',
        `Expected the id of ${draft.name} to be free or to hold it, but another content is there`,
        'It is stored under a new id.',
      );
    };
    try {
      await uploadResumably(this.requests, {
        name: draft.name,
        bytes: draft.bytes,
        opening: {
          method: 'POST',
          path: '/upload/drive/v3/files',
          metadata: { id: draft.id, name: draft.name, parents: [draft.folder], properties: draft.marks },
        },
        source,
        transfer,
        chunkBytes: this.chunkBytes,
        isThere,
      });
    } catch (error) {
      throw isFull(error)
        ? await this.noRoom(draft)
        : explain(error, `to store ${draft.name} on Google Drive`);
    }
  }

  async get(id: string): Promise<StoredFile> {
    const file = await this.ask(`the file ${id} on Google Drive`, (o) =>
      this.api.files.get({ fileId: id, fields: fileFields, supportsAllDrives: true }, o),
    );
    return toStoredFile(file);
  }

  list(folder: string): Promise<StoredFile[]> {
    return this.listing.query(`${quoted(folder)} in parents and trashed = false`);
  }

  listTrash(folder: string): Promise<StoredFile[]> {
    return this.listing.query(`${quoted(folder)} in parents and trashed = true`);
  }

  async *read(id: string, from: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const url = `/drive/v3/files/${encodeURIComponent(id)}?alt=media&supportsAllDrives=true`;
    try {
      const answer = await retrying(this.requests.rules(signal), () =>
        this.requests.once({
          method: 'GET',
          url,
          headers: { 'Accept-Encoding': 'identity', ...(from > 0 ? { Range: `bytes=${from}-` } : {}) },
          stream: true,
          signal,
        }),
      );
      for await (const piece of answer.data as AsyncIterable<Uint8Array>) yield piece;
    } catch (error) {
      signal?.throwIfAborted();
      const broken =
        error instanceof DriveFailure ? error : new DriveFailure(null, 'ECONNRESET', 'the connection broke');
      throw explain(broken, `to read ${id} from Google Drive`);
    }
  }

  async trash(id: string, how: { readonly letGo?: boolean } = {}): Promise<void> {
    if (how.letGo === true) {
      await this.explained('to trash a file on Google Drive', async () =>
        letGo(this.requests, await this.get(id)),
      );
    } else await this.update(id, { trashed: true }, 'to trash a file on Google Drive');
  }

  async restore(id: string): Promise<void> {
    await this.update(id, { trashed: false }, 'to restore a file on Google Drive');
    const file = await this.get(id);
    await this.explained('to restore a file on Google Drive', () =>
      takeBack(this.requests, this.api, file, this.chunkBytes),
    );
  }

  async remove(id: string): Promise<void> {
    if ((await this.find(id)) === null) return;
    await this.ask('to delete a file on Google Drive', (o) =>
      this.api.files.delete({ fileId: id, supportsAllDrives: true }, o),
    );
  }

  async mark(id: string, marks: Readonly<Record<string, string | null>>): Promise<void> {
    // null deletes a property; the library's types do not know
    await this.update(id, { properties: marks as Record<string, string> }, 'to mark a file on Google Drive');
  }

  async space(): Promise<Space> {
    const { storageQuota } = await this.ask('the free space of Google Drive', (o) =>
      this.api.about.get({ fields: 'storageQuota' }, o),
    );
    const number = (text: string | null | undefined): number | null => (text ? Number(text) : null);
    const [limit, used] = [number(storageQuota?.limit), number(storageQuota?.usage)];
    // the quota is the person's; a shared drive has none of its own
    const own = this.options.sharedDriveId === undefined;
    return {
      freeBytes: !own || limit === null || used === null ? null : Math.max(0, limit - used),
      usedBytes: used,
      trashBytes: number(storageQuota?.usageInDriveTrash),
    };
  }

  private async ask<T>(
    what: string,
    invoke: Parameters<Requests['call']>[0] & ((options: never) => Promise<{ data: T }>),
  ): Promise<T> {
    return this.explained(what, () =>
      this.requests.call(invoke as Parameters<typeof this.requests.call<T>>[0]),
    );
  }

  private async explained<T>(what: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      throw explain(error, what);
    }
  }

  private async find(id: string): Promise<StoredFile | null> {
    try {
      const file = await this.requests.call((o) =>
        this.api.files.get({ fileId: id, fields: fileFields, supportsAllDrives: true }, o),
      );
      return toStoredFile(file);
    } catch (error) {
      if (error instanceof DriveFailure && error.status === 404) return null;
      throw error;
    }
  }

  private async update(id: string, requestBody: drive_v3.Schema$File, what: string): Promise<void> {
    await this.ask(what, (o) =>
      this.api.files.update({ fileId: id, requestBody, fields: 'id', supportsAllDrives: true }, o),
    );
  }

  private async noRoom(draft: Draft): Promise<Error> {
    const { freeBytes, trashBytes } = await this.space();
    const megabytes = (bytes: number | null): string =>
      bytes === null ? 'unknown' : `${Math.ceil(bytes / 1e6)} MB`;
    return storeError(
      'store-quota',
      `Expected room for ${draft.name} on Google Drive: it needs ${megabytes(draft.bytes)}, free are ${megabytes(freeBytes)}, in the trash are ${megabytes(trashBytes)}`,
      'Empty the trash of Google Drive or make room otherwise; the checkpoint lies in the local folder and follows.',
    );
  }
}
