/** Who sees and may change what: accounts, roles in shared drives, and the OAuth scope on top. */
import { type Grant, seesEverything } from './accounts';
import { ApiError, fileNotFound, notPermitted } from './api-error';
import type { DriveState } from './drive-state';
import type { DriveNode } from './node';

const WRITE_SCOPES = ['drive', 'drive.file'];
const READ_SCOPES = [...WRITE_SCOPES, 'drive.readonly', 'drive.metadata.readonly'];

/** @throws ApiError 403 insufficientPermissions */
export function requireScope(grant: Grant, need: 'read' | 'write' | 'everything'): void {
  const allowed = { read: READ_SCOPES, write: WRITE_SCOPES, everything: ['drive'] }[need];
  if (grant.scopes.some((scope) => allowed.includes(scope))) return;
  throw new ApiError(
    403,
    'insufficientPermissions',
    'Insufficient Permission: Request had insufficient authentication scopes.',
  );
}

function accountSees(node: DriveNode, state: DriveState, account: string): boolean {
  if (node.driveId !== null) return account in (state.sharedDrives.get(node.driveId)?.members ?? {});
  if (node.owner === account || node.writers.includes(account)) return true;
  const parent = node.parent === null ? undefined : state.find(node.parent);
  return parent !== undefined && accountSees(parent, state, account);
}

/** drive.file shows what the client made; everything else does not exist for it [doc]. */
export function isVisible(node: DriveNode, state: DriveState, grant: Grant): boolean {
  if (!accountSees(node, state, grant.account)) return false;
  return seesEverything(grant, false) || node.client === grant.clientId;
}

/** An id of a request, or `root`, to an id. */
export function resolveId(id: string, state: DriveState, grant: Grant): string {
  return id === 'root' ? state.root(grant.account) : id;
}

/** @throws ApiError 404 for what the caller cannot see, or, in a shared drive, did not say that it supports */
export function visibleNode(
  id: string,
  state: DriveState,
  grant: Grant,
  supportsAllDrives: boolean,
): DriveNode {
  const node = state.find(resolveId(id, state, grant));
  if (!node || !isVisible(node, state, grant)) throw fileNotFound(id);
  if (node.driveId !== null && !supportsAllDrives) throw fileNotFound(id);
  return node;
}

/** A folder that new items may be put into: the root also with drive.file. @throws ApiError 404, 403 */
export function parentNode(
  id: string,
  state: DriveState,
  grant: Grant,
  supportsAllDrives: boolean,
): DriveNode {
  const resolved = resolveId(id, state, grant);
  const node =
    resolved === state.root(grant.account)
      ? state.node(resolved)
      : visibleNode(id, state, grant, supportsAllDrives);
  requireWriter(node, state, grant);
  return node;
}

/** @throws ApiError 403 insufficientFilePermissions */
export function requireWriter(node: DriveNode, state: DriveState, grant: Grant): void {
  if (node.driveId !== null) {
    requireRole(node, state, grant, ['writer', 'fileOrganizer', 'organizer']);
    return;
  }
  const may =
    node.owner === grant.account ||
    node.writers.includes(grant.account) ||
    parentWritable(node, state, grant);
  if (!may) throw notPermitted();
}

function parentWritable(node: DriveNode, state: DriveState, grant: Grant): boolean {
  const parent = node.parent === null ? undefined : state.find(node.parent);
  if (!parent) return false;
  return parent.writers.includes(grant.account) || parentWritable(parent, state, grant);
}

/** Only the owner may trash; in a shared drive a fileOrganizer or more [doc]. @throws ApiError 403 */
export function requireTrasher(node: DriveNode, state: DriveState, grant: Grant): void {
  if (node.driveId !== null) {
    requireRole(node, state, grant, ['fileOrganizer', 'organizer']);
    return;
  }
  if (node.owner !== grant.account || state.isRoot(node.id)) throw notPermitted();
}

/** Deleting for good: the owner; in a shared drive an organizer [doc]. @throws ApiError 403 */
export function requireDeleter(node: DriveNode, state: DriveState, grant: Grant): void {
  if (node.driveId !== null) {
    requireRole(node, state, grant, ['organizer']);
    return;
  }
  if (node.owner !== grant.account || state.isRoot(node.id)) throw notPermitted();
}

function requireRole(node: DriveNode, state: DriveState, grant: Grant, roles: readonly string[]): void {
  const role = state.sharedDrives.get(node.driveId!)?.members[grant.account];
  if (role === undefined || !roles.includes(role)) throw notPermitted();
}
