/** What the emulator knows of a file, folder or shortcut; names are those of the `File` resource of Drive v3. */
import type { Content } from './contents';

export const FOLDER = 'application/vnd.google-apps.folder';
export const SHORTCUT = 'application/vnd.google-apps.shortcut';

/** Bytes that an item had before. */
export interface Revision {
  readonly id: string;
  readonly content: Content;
  readonly modifiedMs: number;
  /** when other bytes took their place */
  readonly replacedMs: number;
}

/** One item. Replaced, never changed in place, so that lists can lag behind. */
export interface DriveNode {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly description: string | null;
  readonly starred: boolean;
  /** one parent; null: the root of a drive, or shared with me */
  readonly parent: string | null;
  /** account; null in a shared drive */
  readonly owner: string | null;
  /** accounts that may edit beside the owner */
  readonly writers: readonly string[];
  /** OAuth client that made it: scope drive.file shows a client its own files only */
  readonly client: string | null;
  readonly driveId: string | null;
  readonly explicitlyTrashed: boolean;
  readonly properties: Readonly<Record<string, string>>;
  /** by client id */
  readonly appProperties: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly trashedMs: number | null;
  /** null in folders and shortcuts */
  readonly content: Content | null;
  readonly shortcutTarget: string | null;
  readonly version: number;
  readonly headRevisionId: string | null;
  /** former bytes, oldest first; they do not count against the quota [doc: quotaBytesUsed] */
  readonly revisions: readonly Revision[];
}
