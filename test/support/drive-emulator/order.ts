/** `orderBy` of lists. */
import { invalid } from './api-error';
import { type DriveNode, FOLDER } from './node';

type Key = (node: DriveNode) => string | number;

const KEYS: Readonly<Record<string, Key>> = {
  createdTime: (node) => node.createdMs,
  modifiedTime: (node) => node.modifiedMs,
  modifiedByMeTime: (node) => node.modifiedMs,
  recency: (node) => node.modifiedMs,
  folder: (node) => (node.mimeType === FOLDER ? 0 : 1),
  name: (node) => node.name,
  name_natural: (node) => node.name,
  quotaBytesUsed: (node) => node.content?.size ?? 0,
  starred: (node) => (node.starred ? 1 : 0),
};

/** @param orderBy e.g. `folder,modifiedTime desc,name`; null: by id, which means nothing. @throws ApiError 400 */
export function orderNodes(nodes: readonly DriveNode[], orderBy: string | null): DriveNode[] {
  const byId = [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const keys = (orderBy ?? '').split(',').filter((text) => text.trim() !== '');
  return keys.reduceRight((sorted, text) => {
    const [name = '', direction = 'asc', ...more] = text.trim().split(/\s+/);
    const key = KEYS[name];
    if (!key || more.length > 0 || !['asc', 'desc'].includes(direction))
      throw invalid('orderBy', 'Invalid Value');
    const sign = direction === 'desc' ? -1 : 1;
    return sorted.toSorted((a, b) => sign * compare(key(a), key(b), name));
  }, byId);
}

function compare(a: string | number, b: string | number, name: string): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return a.localeCompare(b, 'en', { numeric: name === 'name_natural' });
}
