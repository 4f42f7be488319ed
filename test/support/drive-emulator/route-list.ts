/** `GET /drive/v3/files`. */

import type { Grant } from './accounts';
import { ApiError, invalid } from './api-error';
import { type Answer, type Exchange, flag, requireKnown, supportsAllDrives } from './exchange';
import { applyMask, parseFields } from './fields';
import { DEFAULT_FIELDS, FILE_FIELDS, fileResource } from './file-resource';
import type { DriveNode } from './node';
import { orderNodes } from './order';
import { isVisible, requireScope, resolveId } from './permissions';
import { matcher } from './query';

const PARAMETERS = [
  'corpora',
  'driveId',
  'includeItemsFromAllDrives',
  'orderBy',
  'pageSize',
  'pageToken',
  'q',
  'spaces',
  'supportsAllDrives',
  'supportsTeamDrives',
  'includeTeamDriveItems',
  'teamDriveId',
  'includeLabels',
  'includePermissionsForView',
];

/** Items that the caller sees, trashed ones among them unless the query says otherwise [doc]. */
export function listFiles(exchange: Exchange): Answer {
  const { query, grant, pages, state } = exchange;
  requireScope(grant, 'read');
  requireKnown(query, PARAMETERS);
  const size = pageSize(query.get('pageSize'));
  const question = PARAMETERS.filter((name) => name !== 'pageToken' && name !== 'pageSize')
    .map((name) => query.get(name) ?? '')
    .join('\n');
  const token = query.get('pageToken');
  const page = token === null ? { rest: search(exchange), number: 1 } : pages.take(token, question);
  const rest = page.rest.slice(size);
  const shown = state.listed().filter((node) => page.rest.slice(0, size).includes(node.id));
  const inOrder = page.rest.slice(0, size).flatMap((id) => shown.filter((node) => node.id === id));
  const answer = {
    kind: 'drive#fileList',
    ...(rest.length > 0 ? { nextPageToken: pages.put({ question, rest, number: page.number + 1 }) } : {}),
    incompleteSearch: exchange.fault?.kind === 'incompleteSearch',
    files: inOrder.map((node) => fileResource(node, state, grant)),
  };
  const mask = parseFields(
    query.get('fields') || `kind,nextPageToken,incompleteSearch,files(${DEFAULT_FIELDS})`,
  );
  const known = { kind: null, nextPageToken: null, incompleteSearch: null, files: FILE_FIELDS };
  return { status: 200, json: applyMask(mask, answer, known) };
}

function search(exchange: Exchange): string[] {
  const { query, grant, state } = exchange;
  const predicate = matcher(query.get('q'), {
    resolve: (id) => resolveId(id, state, grant),
    isTrashed: (node) => state.isTrashed(node),
    account: grant.account,
    clientId: grant.clientId,
  });
  const inCorpus = corpus(exchange);
  const found = state
    .listed()
    .filter(
      (node) => !state.isRoot(node.id) && isVisible(node, state, grant) && inCorpus(node) && predicate(node),
    );
  return orderNodes(found, query.get('orderBy')).map((node) => node.id);
}

/** Shared drives are left out unless asked for, and asking needs the right three parameters [doc]. */
function corpus({ query, state, grant }: Exchange): (node: DriveNode) => boolean {
  const corpora = query.get('corpora') ?? 'user';
  const driveId = query.get('driveId') ?? query.get('teamDriveId');
  const all = flag(query, 'includeItemsFromAllDrives') || flag(query, 'includeTeamDriveItems');
  if (!['user', 'domain', 'drive', 'allDrives', 'teamDrive'].includes(corpora)) throw invalid('corpora');
  if (all && !supportsAllDrives(query)) throw refuse('includeItemsFromAllDrives', 'needs supportsAllDrives');
  const oneDrive = corpora === 'drive' || corpora === 'teamDrive';
  if (oneDrive !== (driveId !== null)) {
    throw invalid(
      'driveId',
      'The driveId parameter must be specified if and only if corpora is set to drive.',
    );
  }
  if (!oneDrive) return (node) => node.driveId === null || all;
  if (!all) throw refuse('corpora', 'drive needs includeItemsFromAllDrives and supportsAllDrives');
  if (!isMember(driveId!, grant, state))
    throw new ApiError(404, 'notFound', `Shared drive not found: ${driveId}`);
  return (node) => node.driveId === driveId;
}

function isMember(driveId: string, grant: Grant, state: Exchange['state']): boolean {
  return grant.account in (state.sharedDrives.get(driveId)?.members ?? {});
}

function refuse(parameter: string, rule: string): ApiError {
  return new ApiError(403, 'teamDrivesFilterMismatch', `${parameter} ${rule}`, { location: parameter });
}

function pageSize(text: string | null): number {
  if (text === null) return 100;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1) throw invalid('pageSize', `Invalid value '${text}'.`);
  return Math.min(size, 1000);
}
