/** Recordings on Drive, where the documented steps put them: `diff-svc/SINGER/SINGER.zip`. */
import { join } from 'node:path';
import { UserError } from '../config/errors';
import { forgetUpload, uploadDurably } from '../storage/durable-upload';
import { fetchFile } from '../storage/fetch-file';
import { type MountedDrive, seesForeign } from '../storage/mount-drive';
import type { StoredFile } from '../storage/store';

/** What a transfer tells of itself. */
export interface TransferOptions {
  readonly onBytes?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const checksumMarks = { sha256Mark: 'dsvcSha256', md5Mark: 'dsvcMd5' };

/** Where a singer's recordings lie on Drive. Spaces in the name become `_`, as in the original notebook. */
export function datasetPlace(singer: string): string {
  const name = singer.trim().replace(/\s+/g, '_');
  if (name === '' || /[/\\\0]/.test(name) || name === '.' || name === '..') {
    throw new UserError(
      'singer-name-invalid',
      `Expected a name for a folder, got ${JSON.stringify(singer)}`,
      'Choose a name without / and \\.',
    );
  }
  return `diff-svc/${name}/${name}.zip`;
}

/**
 * The newest file at `place` (`diff-svc/alice/alice.zip`).
 * @throws UserError `dataset-missing`, which says what the login cannot see; store errors
 */
async function findDataset(drive: MountedDrive, place: string): Promise<StoredFile> {
  const names = place.split('/');
  const name = names.pop()!;
  const folder = await drive.store.folder(names, false);
  const files = folder === null ? [] : await drive.store.list(folder);
  const found = files.filter((file) => file.kind === 'file' && file.name === name);
  const newest = found.sort((a, b) => b.createdMs - a.createdMs)[0];
  if (newest !== undefined) return newest;
  const blind = seesForeign(drive)
    ? `Put the zip there, or give its path on this machine: \`diff-svc drive upload ZIP --singer NAME\`.`
    : `This login sees only what diff-svc uploaded. Upload the zip (\`diff-svc drive upload ZIP --singer NAME\`), or let it read your Drive: \`diff-svc drive login --scope drive.readonly\`.`;
  throw new UserError(
    'dataset-missing',
    `Expected recordings at ${place} on ${drive.store.label}, found none`,
    blind,
  );
}

/**
 * Fetches the recordings at `place` into `folder`; goes on after breaks; the checksum of Drive must hold.
 * @returns path of the local file
 * @throws those of `findDataset` and `fetchFile`
 */
export async function fetchDataset(
  drive: MountedDrive,
  place: string,
  folder: string,
  options: TransferOptions = {},
): Promise<string> {
  const listed = await findDataset(drive, place);
  // lists of a local folder know no checksums
  const file = await drive.store.get(listed.id);
  const path = join(folder, file.name);
  await fetchFile(drive.store, file, path, null, options);
  return path;
}

/**
 * Uploads a file to `place` (a zip of recordings, a pack, results); goes on after breaks and kills; returns when size and checksum were read back. One that is
 * there already stays beside it: the newest counts.
 * @param journal local folder for what has to survive a kill
 */
export async function uploadToPlace(
  drive: MountedDrive,
  path: string,
  place: string,
  journal: string,
  options: TransferOptions = {},
): Promise<StoredFile> {
  const names = place.split('/');
  const name = names.pop()!;
  const folder = (await drive.store.folder(names, true))!;
  const key = `dataset-${Buffer.from(place).toString('hex').slice(-40)}`;
  const order = { key, path, name, folder, marks: { dsvcDataset: '1' }, ...checksumMarks };
  const stored = await uploadDurably(order, { store: drive.store, journal, ...options });
  await forgetUpload(journal, key);
  return stored;
}
