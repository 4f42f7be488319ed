/** How Drive's JSON becomes a `StoredFile`, and the queries that ask for it. */
import type { drive_v3 } from 'googleapis/build/src/apis/drive';
import type { StoredFile } from './store';

/** `list` and `get` answer little unless asked. */
export const fileFields =
  'id,name,mimeType,size,md5Checksum,sha256Checksum,trashed,parents,properties,ownedByMe,createdTime,driveId';

export const folderType = 'application/vnd.google-apps.folder';
const shortcutType = 'application/vnd.google-apps.shortcut';

/** @param file with `fileFields`; `size` is a string there */
export function toStoredFile(file: drive_v3.Schema$File): StoredFile {
  const kinds: Record<string, StoredFile['kind']> = { [folderType]: 'folder', [shortcutType]: 'shortcut' };
  return {
    id: file.id ?? '',
    name: file.name ?? '',
    kind: kinds[file.mimeType ?? ''] ?? 'file',
    bytes: Number(file.size ?? 0),
    md5: file.md5Checksum ?? null,
    sha256: file.sha256Checksum ?? null,
    trashed: file.trashed === true,
    folder: file.parents?.[0] ?? null,
    marks: file.properties ?? {},
    // on a shared drive nobody owns a file; there the role decides, and Drive says no by itself
    own: file.ownedByMe === true || typeof file.driveId === 'string',
    createdMs: Date.parse(file.createdTime ?? '') || 0,
  };
}

/** A text in a query: in quotes, `\` and `'` escaped (Google's guide "Search query terms"). */
export function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}
