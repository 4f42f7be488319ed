/** Metadata methods on files: generateIds, get, create, update, delete, empty trash, copy. */

import { ApiError, invalid } from './api-error';
import { createItem, requireRoom, requireUsableId } from './create-item';
import { download } from './download';
import { type Answer, type Exchange, readText, requireKnown, supportsAllDrives } from './exchange';
import { applyMask, parseFields } from './fields';
import { DEFAULT_FIELDS, FILE_FIELDS, fileResource } from './file-resource';
import { changesOf, parentOf, parseMetadata } from './metadata';
import { type DriveNode, FOLDER } from './node';
import { requireDeleter, requireScope, visibleNode } from './permissions';
import { updateItem } from './update-item';

const DRIVES = [
  'supportsAllDrives',
  'supportsTeamDrives',
  'enforceSingleParent',
  'includeLabels',
  'includePermissionsForView',
];
const CREATION = [
  ...DRIVES,
  'ignoreDefaultVisibility',
  'keepRevisionForever',
  'ocrLanguage',
  'useContentAsIndexableText',
];

/** The resource under the mask of the request. */
export function answerFile({ query, state, grant }: Exchange, node: DriveNode, status = 200): Answer {
  const known = Object.fromEntries(FILE_FIELDS.map((name) => [name, null]));
  const mask = parseFields(query.get('fields') || DEFAULT_FIELDS);
  return { status, json: applyMask(mask, fileResource(node, state, grant), known) };
}

/** `GET files/generateIds` */
export function generateIds({ query, state, grant }: Exchange): Answer {
  requireScope(grant, 'write');
  requireKnown(query, ['count', 'space', 'type']);
  const count = Number(query.get('count') ?? 10);
  if (!Number.isInteger(count) || count < 1 || count > 1000) throw invalid('count');
  const ids = Array.from({ length: count }, () => state.newId());
  return { status: 200, json: { kind: 'drive#generatedIds', space: 'drive', ids } };
}

/** `GET files/ID`, with `alt=media` the bytes, all or a range. */
export function getFile(exchange: Exchange, id: string): Answer {
  const { query, state, grant } = exchange;
  requireScope(grant, 'read');
  requireKnown(query, [...DRIVES, 'acknowledgeAbuse']);
  const node = visibleNode(id, state, grant, supportsAllDrives(query));
  return query.get('alt') === 'media'
    ? download(exchange.request, node.content, node.mimeType)
    : answerFile(exchange, node);
}

/** `POST files`: a folder, a shortcut or an empty file. */
export async function createFile(exchange: Exchange): Promise<Answer> {
  requireScope(exchange.grant, 'write');
  requireKnown(exchange.query, CREATION);
  const metadata = parseMetadata(await readText(exchange.request), true);
  requireUsableId(exchange, metadata);
  return answerFile(exchange, createItem(exchange, metadata, null));
}

/** `PATCH files/ID` */
export async function updateFile(exchange: Exchange, id: string): Promise<Answer> {
  requireScope(exchange.grant, 'write');
  requireKnown(exchange.query, [...CREATION, 'addParents', 'removeParents']);
  const metadata = parseMetadata(await readText(exchange.request), false);
  return answerFile(exchange, updateItem(exchange, id, metadata, null));
}

/** `DELETE files/ID`: for good, with everything inside. */
export function deleteFile({ query, state, grant }: Exchange, id: string): Answer {
  requireScope(grant, 'write');
  requireKnown(query, DRIVES);
  const node = visibleNode(id, state, grant, supportsAllDrives(query));
  requireDeleter(node, state, grant);
  state.remove(node.id);
  return { status: 204 };
}

/** `DELETE files/trash`: everything of the account that is in the trash, whoever put it there. */
export function emptyTrash({ query, state, grant }: Exchange): Answer {
  requireScope(grant, 'everything');
  requireKnown(query, ['driveId', 'enforceSingleParent']);
  const driveId = query.get('driveId');
  for (const node of state.nodes()) {
    const mine = driveId === null ? node.owner === grant.account : node.driveId === driveId;
    if (node.explicitlyTrashed && mine && state.find(node.id)) state.remove(node.id);
  }
  return { status: 204 };
}

/** `POST files/ID/copy` */
export async function copyFile(exchange: Exchange, id: string): Promise<Answer> {
  const { query, state, grant } = exchange;
  requireScope(grant, 'write');
  requireKnown(query, [...CREATION, 'copyComments']);
  const metadata = parseMetadata(await readText(exchange.request), true);
  requireUsableId(exchange, metadata);
  const original = visibleNode(id, state, grant, supportsAllDrives(query));
  if (original.mimeType === FOLDER || !original.content) {
    throw new ApiError(403, 'cannotCopyFile', 'This file cannot be copied by the user.');
  }
  requireRoom(exchange, original.content.size, parentOf(metadata) ?? original.parent);
  const inherited = changesOf({ properties: original.properties }, null, grant);
  const copied = createItem(
    exchange,
    {
      name: `Copy of ${original.name}`,
      mimeType: original.mimeType,
      ...(original.parent === null ? {} : { parents: [original.parent] }),
      ...metadata,
      properties: { ...inherited.properties, ...(metadata.properties as object | undefined) },
    },
    state.contents.store(state.bytes(original.id)),
  );
  return answerFile(exchange, copied);
}
