/** The JSON body of create, update and copy: what may be written, and what it means for an item. */

import type { Grant } from './accounts';
import { ApiError, invalid } from './api-error';
import { FILE_FIELDS } from './file-resource';
import type { DriveNode } from './node';

/** Body of a request. */
export type Metadata = Readonly<Record<string, unknown>>;

const WRITABLE = new Set([
  'name',
  'mimeType',
  'description',
  'starred',
  'trashed',
  'properties',
  'appProperties',
  'modifiedTime',
  'originalFilename',
  'writersCanShare',
  'viewersCanCopyContent',
  'copyRequiresWriterPermission',
  'folderColorRgb',
  'contentHints',
  'viewedByMeTime',
]);
const WRITABLE_AT_CREATION = new Set([
  ...WRITABLE,
  'id',
  'parents',
  'createdTime',
  'shortcutDetails',
  'driveId',
]);

/** @throws ApiError 400 parseError if it is not a JSON object; 400/403 for fields that the request cannot write */
export function parseMetadata(text: string, creating: boolean): Metadata {
  const value = text.trim() === '' ? {} : parseJson(text);
  for (const name of Object.keys(value)) {
    if (name === 'kind') continue;
    if (!FILE_FIELDS.includes(name)) throw invalid(name, `Unknown field ${name} in the file resource.`);
    if ((creating ? WRITABLE_AT_CREATION : WRITABLE).has(name)) continue;
    const message =
      name === 'parents'
        ? 'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.'
        : 'The resource body includes fields which are not directly writable.';
    throw new ApiError(403, 'fieldNotWritable', message);
  }
  return value;
}

function parseJson(text: string): Metadata {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Metadata;
  } catch {
    // falls through to the refusal
  }
  throw new ApiError(400, 'parseError', 'Parse Error');
}

/** Changes to an item; `before` null when it is made. @throws ApiError 400 for values of a wrong kind */
export function changesOf(metadata: Metadata, before: DriveNode | null, grant: Grant): Partial<DriveNode> {
  const { name, mimeType, description, starred, modifiedTime, createdTime } = metadata;
  const own = before?.appProperties[grant.clientId] ?? {};
  return {
    ...(name === undefined ? {} : { name: string('name', name) }),
    ...(mimeType === undefined ? {} : { mimeType: string('mimeType', mimeType) }),
    ...(description === undefined ? {} : { description: string('description', description) }),
    ...(starred === undefined ? {} : { starred: starred === true }),
    ...(modifiedTime === undefined ? {} : { modifiedMs: time('modifiedTime', modifiedTime) }),
    ...(createdTime === undefined ? {} : { createdMs: time('createdTime', createdTime) }),
    properties: merge(metadata.properties, before?.properties ?? {}),
    appProperties: { ...before?.appProperties, [grant.clientId]: merge(metadata.appProperties, own) },
  };
}

/** The one parent that a body names. @throws ApiError 403: a file has one parent [doc] */
export function parentOf(metadata: Metadata): string | null {
  const { parents } = metadata;
  if (parents === undefined) return null;
  if (!Array.isArray(parents) || !parents.every((id) => typeof id === 'string')) throw invalid('parents');
  if (parents.length > 1) {
    throw new ApiError(403, 'cannotAddParent', 'A file cannot have more than one parent.');
  }
  return parents[0] ?? null;
}

/** null removes a key; a pair takes at most 124 bytes, an item at most 30 pairs of a kind [doc]. */
function merge(changes: unknown, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (changes === undefined) return before;
  if (typeof changes !== 'object' || changes === null) throw invalid('properties');
  const merged = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) {
      merged.delete(key);
      continue;
    }
    if (Buffer.byteLength(key + string(key, value)) > 124) {
      throw invalid('properties', 'The length of a property (key and value) exceeds 124 bytes.');
    }
    merged.set(key, string(key, value));
  }
  if (merged.size > 30) throw invalid('properties', 'The number of properties exceeds 30.');
  return Object.fromEntries(merged);
}

function string(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(name);
  return value;
}

function time(name: string, value: unknown): number {
  const ms = Date.parse(string(name, value));
  if (Number.isNaN(ms)) throw invalid(name);
  return ms;
}
