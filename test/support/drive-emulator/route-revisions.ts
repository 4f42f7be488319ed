/** `files/ID/revisions`: the bytes that a file has and had. */
import { ApiError } from './api-error';
import { download } from './download';
import { type Answer, type Exchange, requireKnown } from './exchange';
import { applyMask, parseFields } from './fields';
import type { DriveNode } from './node';
import { requireScope, visibleNode } from './permissions';

const FIELDS = [
  'kind',
  'id',
  'mimeType',
  'modifiedTime',
  'keepForever',
  'md5Checksum',
  'size',
  'originalFilename',
  'lastModifyingUser',
];

/** `GET files/ID/revisions`, oldest first, the present one last. */
export function listRevisions(exchange: Exchange, id: string): Answer {
  const { query, state, grant } = exchange;
  requireScope(grant, 'read');
  requireKnown(query, ['pageSize', 'pageToken', 'supportsAllDrives']);
  const node = visibleNode(id, state, grant, true);
  const value = { kind: 'drive#revisionList', revisions: versions(node).map((v) => resource(v, node)) };
  const mask = parseFields(query.get('fields') || 'kind,revisions(kind,id,mimeType,modifiedTime)');
  return {
    status: 200,
    json: applyMask(mask, value, { kind: null, nextPageToken: null, revisions: FIELDS }),
  };
}

/** `GET files/ID/revisions/RID`, with `alt=media` the bytes. */
export function getRevision(exchange: Exchange, id: string, revisionId: string): Answer {
  const { query, state, grant, request } = exchange;
  requireScope(grant, 'read');
  requireKnown(query, ['acknowledgeAbuse', 'supportsAllDrives']);
  const node = visibleNode(id, state, grant, true);
  const version = versions(node).find((candidate) => candidate.id === revisionId);
  if (!version) throw new ApiError(404, 'notFound', `Revision not found: ${revisionId}.`);
  if (query.get('alt') === 'media') return download(request, version.content, node.mimeType);
  const known = Object.fromEntries(FIELDS.map((name) => [name, null]));
  const mask = parseFields(query.get('fields') || 'kind,id,mimeType,modifiedTime');
  return { status: 200, json: applyMask(mask, resource(version, node), known) };
}

type Version = Pick<DriveNode['revisions'][number], 'id' | 'content' | 'modifiedMs'>;

function versions({ revisions, content, headRevisionId, modifiedMs }: DriveNode): Version[] {
  return content ? [...revisions, { id: headRevisionId!, content, modifiedMs }] : [];
}

function resource({ id, content, modifiedMs }: Version, node: DriveNode): Record<string, unknown> {
  return {
    kind: 'drive#revision',
    id,
    mimeType: node.mimeType,
    modifiedTime: new Date(modifiedMs).toISOString(),
    keepForever: false,
    md5Checksum: content.md5,
    size: String(content.size),
    originalFilename: node.name,
  };
}
