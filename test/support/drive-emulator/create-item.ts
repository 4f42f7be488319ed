/** Making an item from a request: id, parent, owner, quota. */
import { ApiError, invalid, quotaExceeded } from './api-error';
import type { Content } from './contents';
import { type Exchange, supportsAllDrives } from './exchange';
import { changesOf, type Metadata, parentOf } from './metadata';
import { type DriveNode, FOLDER, SHORTCUT } from './node';
import { parentNode } from './permissions';

/** What a creation reads of a request; upload sessions keep it for later. */
export type CreationContext = Pick<Exchange, 'state' | 'accounts' | 'grant' | 'query'>;

/**
 * A file may name its own id if generateIds gave it out and it is free [doc].
 * @throws ApiError 409 fileIdInUse for a repeat, 400 for an id that is nobody's
 */
export function requireUsableId({ state }: CreationContext, metadata: Metadata): void {
  const { id } = metadata;
  if (id === undefined) return;
  if (typeof id !== 'string' || !state.knownIds.has(id))
    throw invalid('file.id', 'The provided file ID is not usable.');
  if (state.find(id)) throw new ApiError(409, 'fileIdInUse', 'A file already exists with the provided ID.');
}

/** @throws ApiError 404 or 403 for the parent */
export function parentFor({ state, grant, query }: CreationContext, metadata: Metadata): DriveNode {
  const named = parentOf(metadata);
  const parent = parentNode(named ?? 'root', state, grant, supportsAllDrives(query));
  if (parent.mimeType !== FOLDER) {
    throw new ApiError(403, 'parentNotAFolder', 'The specified parent is not a folder.', {
      location: 'parents',
    });
  }
  return parent;
}

/** @throws ApiError 403 storageQuotaExceeded if `bytes` more do not fit where the item goes */
export function requireRoom(
  { state, accounts, grant }: CreationContext,
  bytes: number,
  parent: string | null,
): void {
  const node = parent === null || parent === 'root' ? undefined : state.find(parent);
  if (node && node.driveId !== null) return;
  const { quotaBytes, serviceKey } = accounts.account(grant.account);
  if (serviceKey !== null) {
    throw new ApiError(
      403,
      'storageQuotaExceeded',
      'Service Accounts do not have storage quota. Leverage shared drives, or use OAuth delegation instead.',
    );
  }
  if (state.usage(grant.account).total + bytes > quotaBytes) throw quotaExceeded();
}

/** @throws ApiError as `requireUsableId`, `parentFor` */
export function createItem(context: CreationContext, metadata: Metadata, content: Content | null): DriveNode {
  const { state, grant } = context;
  requireUsableId(context, metadata);
  const parent = parentFor(context, metadata);
  const changes = changesOf(metadata, null, grant);
  const bare = content === null && changes.mimeType !== FOLDER && changes.mimeType !== SHORTCUT;
  return state.create({
    ...changes,
    name: changes.name ?? 'Untitled',
    ...(typeof metadata.id === 'string' ? { id: metadata.id } : {}),
    parent: parent.id,
    driveId: parent.driveId,
    owner: parent.driveId === null ? grant.account : null,
    client: grant.clientId,
    content: bare ? state.contents.store(new Uint8Array()) : content,
    shortcutTarget: changes.mimeType === SHORTCUT ? targetOf(metadata) : null,
  });
}

function targetOf({ shortcutDetails }: Metadata): string {
  const target = (shortcutDetails as { readonly targetId?: unknown } | undefined)?.targetId;
  if (typeof target !== 'string') throw invalid('shortcutDetails');
  return target;
}
