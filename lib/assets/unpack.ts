/** Takes the named files out of a fetched zip and leaves the rest. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';
import type { Asset, AssetMember } from './asset';

/** No file of this field is larger; a zip that says so is not what it claims to be. */
const largestMemberBytes = 2 ** 31 - 1;

/**
 * Writes the members of `archive` into `folder`.
 * @throws UserError `asset-zip` (not a zip, a member missing or not unique, its size or hash is another)
 */
export async function unpackMembers(asset: Asset, archive: string, folder: string): Promise<void> {
  if (asset.members.length === 0) return;
  const zip = openZip(archive);
  for (const member of asset.members) {
    const entry = entryOf(zip, member, archive);
    if (entry.header.size > (member.bytes ?? largestMemberBytes)) {
      throw wrong(
        archive,
        `${member.path} of at most ${member.bytes ?? largestMemberBytes} bytes`,
        entry.header.size,
      );
    }
    const bytes = contentOf(entry, archive);
    if (member.bytes !== null && bytes.length !== member.bytes) {
      throw wrong(archive, `${member.path} of ${member.bytes} bytes`, bytes.length);
    }
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (member.sha256 !== null && digest !== member.sha256) {
      throw wrong(archive, `${member.path} with SHA-256 ${member.sha256}`, digest);
    }
    await writeFileAtomic(join(folder, member.file), bytes);
  }
}

function openZip(archive: string): AdmZip {
  try {
    return new AdmZip(archive);
  } catch (cause) {
    throw wrong(archive, 'a zip', (cause as Error).message, cause);
  }
}

function entryOf(zip: AdmZip, { path }: AssetMember, archive: string): AdmZip.IZipEntry {
  const fits = (name: string): boolean =>
    path.startsWith('*') ? name.endsWith(path.slice(1)) : name === path || name.endsWith(`/${path}`);
  const found = zip.getEntries().filter((entry) => !entry.isDirectory && fits(entry.entryName));
  if (found.length === 1) return found[0]!;
  throw wrong(archive, `one ${path}`, found.length);
}

function contentOf(entry: AdmZip.IZipEntry, archive: string): Buffer {
  try {
    return entry.getData();
  } catch (cause) {
    throw wrong(archive, `a whole ${entry.entryName}`, (cause as Error).message, cause);
  }
}

function wrong(archive: string, expected: string, got: string | number, cause?: unknown): UserError {
  return new UserError(
    'asset-zip',
    `Expected ${expected} in ${archive}, got ${got}`,
    'The file is damaged or another one: delete it and fetch it again.',
    { cause },
  );
}
