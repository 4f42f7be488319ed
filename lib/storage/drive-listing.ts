/** What only lists can tell on Drive: the files of a folder, and folders by name. */
import type { drive_v3 } from 'googleapis/build/src/apis/drive';
import { DriveFailure, explain } from './drive-failure';
import { fileFields, folderType, quoted, toStoredFile } from './drive-files';
import type { Requests } from './drive-requests';
import type { StoredFile } from './store';
import { storeError } from './store-errors';

const pageSize = 100;

/** Lists of one Drive. */
export class DriveListing {
  /** folders that we made, by path: listings may not know them for an hour */
  private readonly made = new Map<string, string>();

  constructor(
    private readonly requests: Requests,
    private readonly api: drive_v3.Drive,
    private readonly sharedDriveId: string | undefined,
    private readonly reserve: () => Promise<string>,
  ) {}

  /** Contract of `Store.folder`. */
  async folder(path: readonly string[], make: boolean): Promise<string | null> {
    let at = this.sharedDriveId ?? 'root';
    for (const [depth, name] of path.entries()) {
      const key = path.slice(0, depth + 1).join('/');
      const found = (await this.findFolder(at, name)) ?? (await this.madeBefore(key));
      if (found === null && !make) return null;
      at = found ?? (await this.makeFolder(at, name, key));
    }
    return at;
  }

  /** All files that answer to `q`, over all pages. @throws `store-incomplete` */
  async query(q: string): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.page(q, pageToken);
      if (page.incompleteSearch === true) {
        throw storeError(
          'store-incomplete',
          'Expected the whole list of a folder of Google Drive, but Drive says that it is not complete',
          'Nothing was decided from it; it is asked again at the next save.',
        );
      }
      files.push(...(page.files ?? []).map(toStoredFile));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    return files;
  }

  private async page(q: string, pageToken: string | undefined): Promise<drive_v3.Schema$FileList> {
    const { sharedDriveId } = this;
    const parameters: drive_v3.Params$Resource$Files$List = {
      q,
      pageSize,
      fields: `nextPageToken,incompleteSearch,files(${fileFields})`,
      supportsAllDrives: true,
      includeItemsFromAllDrives: true,
      ...(sharedDriveId === undefined ? {} : { corpora: 'drive', driveId: sharedDriveId }),
      ...(pageToken === undefined ? {} : { pageToken }),
    };
    try {
      return await this.requests.call((options) => this.api.files.list(parameters, options));
    } catch (error) {
      throw explain(error, 'to list a folder of Google Drive');
    }
  }

  /** The oldest folder of that name; `name =` ignores case, so compare again. */
  private async findFolder(parent: string, name: string): Promise<string | null> {
    const q = `${quoted(parent)} in parents and name = ${quoted(name)} and mimeType = ${quoted(folderType)} and trashed = false`;
    const found = (await this.query(q)).filter((file) => file.name === name);
    return found.sort((a, b) => a.createdMs - b.createdMs)[0]?.id ?? null;
  }

  private async madeBefore(key: string): Promise<string | null> {
    const id = this.made.get(key);
    if (id === undefined) return null;
    try {
      const file = await this.requests.call((options) =>
        this.api.files.get({ fileId: id, fields: 'trashed', supportsAllDrives: true }, options),
      );
      return file.trashed === true ? null : id;
    } catch (error) {
      if (error instanceof DriveFailure && error.status === 404) return null;
      throw explain(error, `the folder ${key}`);
    }
  }

  private async makeFolder(parent: string, name: string, key: string): Promise<string> {
    const id = await this.reserve();
    const requestBody = { id, name, mimeType: folderType, parents: [parent] };
    try {
      await this.requests.call((options) =>
        this.api.files.create({ requestBody, fields: 'id', supportsAllDrives: true }, options),
      );
    } catch (error) {
      // 409: an earlier try did it, only its answer was lost
      if (!(error instanceof DriveFailure && error.status === 409)) {
        throw explain(error, `to make the folder ${key}`);
      }
    }
    this.made.set(key, id);
    return id;
  }
}
