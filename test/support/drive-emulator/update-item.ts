/** Changing an item: metadata, trash, place, bytes. */
import { invalid } from './api-error';
import type { Content } from './contents';
import type { CreationContext } from './create-item';
import { supportsAllDrives } from './exchange';
import { changesOf, type Metadata } from './metadata';
import { type DriveNode, FOLDER } from './node';
import { parentNode, requireTrasher, requireWriter, resolveId, visibleNode } from './permissions';

/**
 * @param content new bytes; null = unchanged
 * @throws ApiError 404, 403 insufficientFilePermissions, 400
 */
export function updateItem(
  context: CreationContext,
  id: string,
  metadata: Metadata,
  content: Content | null,
): DriveNode {
  const { state, grant, query } = context;
  const node = visibleNode(id, state, grant, supportsAllDrives(query));
  const trashing = metadata.trashed !== undefined && metadata.trashed !== state.isTrashed(node);
  // Even a client that changes nothing else must be allowed to: trashing asks for more than editing.
  if (trashing) requireTrasher(node, state, grant);
  else requireWriter(node, state, grant);
  const now = state.clock.now();
  return state.change(node.id, {
    ...changesOf(metadata, node, grant),
    ...(trashing ? trashed(metadata.trashed, now) : {}),
    ...moved(context, node),
    ...(content ? { content, headRevisionId: state.newId(), modifiedMs: now } : {}),
  });
}

/** What is inside a trashed folder is trashed with it, but not explicitly [doc]: `DriveState.isTrashed` looks upwards. */
function trashed(value: unknown, nowMs: number): Partial<DriveNode> {
  if (typeof value !== 'boolean') throw invalid('trashed');
  return { explicitlyTrashed: value, trashedMs: value ? nowMs : null };
}

/** `addParents` and `removeParents`; a file always keeps exactly one parent [doc]. */
function moved({ state, grant, query }: CreationContext, node: DriveNode): Partial<DriveNode> {
  const add = ids(query.get('addParents')).map((id) => resolveId(id, state, grant));
  const remove = ids(query.get('removeParents')).map((id) => resolveId(id, state, grant));
  if (add.length > 1) throw invalid('addParents', 'A file cannot have more than one parent.');
  const target = add[0];
  if (target === undefined) {
    if (remove.length > 0) throw invalid('removeParents', 'A file must have exactly one parent.');
    return {};
  }
  const parent = parentNode(target, state, grant, supportsAllDrives(query));
  if (parent.mimeType !== FOLDER || parent.id === node.id || state.isInside(parent, node.id)) {
    throw invalid('addParents', 'The specified parent is invalid.');
  }
  return { parent: parent.id, driveId: parent.driveId };
}

function ids(text: string | null): string[] {
  return (text ?? '').split(',').filter((id) => id !== '');
}
