/** A `File` resource of Drive v3 from an item, as one caller sees it. Sizes are strings, times RFC 3339. */
import { type Grant, seesEverything } from './accounts';
import type { DriveState } from './drive-state';
import { type DriveNode, FOLDER, SHORTCUT } from './node';
import { isVisible } from './permissions';

/** Names that a `fields` mask may ask of a file (discovery document of Drive v3, revision of November 2026). */
export const FILE_FIELDS: readonly string[] = [
  'kind',
  'id',
  'name',
  'mimeType',
  'description',
  'starred',
  'trashed',
  'explicitlyTrashed',
  'trashingUser',
  'trashedTime',
  'parents',
  'properties',
  'appProperties',
  'spaces',
  'version',
  'webContentLink',
  'webViewLink',
  'iconLink',
  'hasThumbnail',
  'thumbnailLink',
  'thumbnailVersion',
  'viewedByMe',
  'viewedByMeTime',
  'createdTime',
  'modifiedTime',
  'modifiedByMeTime',
  'modifiedByMe',
  'sharedWithMeTime',
  'sharingUser',
  'owners',
  'teamDriveId',
  'driveId',
  'lastModifyingUser',
  'shared',
  'ownedByMe',
  'capabilities',
  'viewersCanCopyContent',
  'copyRequiresWriterPermission',
  'writersCanShare',
  'permissions',
  'permissionIds',
  'hasAugmentedPermissions',
  'folderColorRgb',
  'originalFilename',
  'fullFileExtension',
  'fileExtension',
  'md5Checksum',
  'sha1Checksum',
  'sha256Checksum',
  'size',
  'quotaBytesUsed',
  'headRevisionId',
  'contentHints',
  'imageMediaMetadata',
  'videoMediaMetadata',
  'isAppAuthorized',
  'exportLinks',
  'shortcutDetails',
  'contentRestrictions',
  'labelInfo',
  'linkShareMetadata',
  'resourceKey',
  'downloadRestrictions',
  'inheritedPermissionsDisabled',
  'clientEncryptionDetails',
];

/** What comes without a `fields` mask. */
export const DEFAULT_FIELDS = 'kind,id,name,mimeType,resourceKey';

/** Every field that the emulator knows a value of. */
export function fileResource(node: DriveNode, state: DriveState, grant: Grant): Record<string, unknown> {
  const trashed = state.isTrashed(node);
  return {
    kind: 'drive#file',
    id: node.id,
    name: node.name,
    mimeType: node.mimeType,
    ...(node.description === null ? {} : { description: node.description }),
    starred: node.starred,
    trashed,
    explicitlyTrashed: node.explicitlyTrashed,
    ...parentsOf(node, state, grant),
    ...(Object.keys(node.properties).length > 0 ? { properties: node.properties } : {}),
    ...(node.appProperties[grant.clientId] ? { appProperties: node.appProperties[grant.clientId] } : {}),
    spaces: ['drive'],
    version: String(node.version),
    createdTime: time(node.createdMs),
    modifiedTime: time(node.modifiedMs),
    ...ownership(node, grant),
    isAppAuthorized: node.client === grant.clientId,
    quotaBytesUsed: String(node.content?.size ?? 0),
    ...contentFields(node),
    ...(node.mimeType === SHORTCUT && node.shortcutTarget !== null
      ? shortcut(node.shortcutTarget, state)
      : {}),
    ...(trashed && node.driveId !== null && node.trashedMs !== null
      ? { trashedTime: time(node.trashedMs) }
      : {}),
  };
}

/** A parent that the caller cannot see is left out. */
function parentsOf(node: DriveNode, state: DriveState, grant: Grant): { parents?: string[] } {
  const parent = node.parent === null ? undefined : state.find(node.parent);
  if (!parent) return {};
  const known = isVisible(parent, state, grant) || state.isRoot(parent.id);
  return known ? { parents: [parent.id] } : {};
}

function ownership(node: DriveNode, grant: Grant): Record<string, unknown> {
  if (node.driveId !== null) return { driveId: node.driveId, teamDriveId: node.driveId };
  const ownedByMe = node.owner === grant.account;
  return {
    ownedByMe,
    owners: [{ kind: 'drive#user', emailAddress: node.owner, me: ownedByMe }],
    shared: node.writers.length > 0 || !ownedByMe,
    capabilities: { canTrash: ownedByMe && seesEverything(grant, true), canDelete: ownedByMe },
  };
}

function contentFields(node: DriveNode): Record<string, unknown> {
  if (!node.content || node.mimeType === FOLDER) return {};
  const { size, md5, sha1, sha256 } = node.content;
  return {
    size: String(size),
    md5Checksum: md5,
    sha1Checksum: sha1,
    sha256Checksum: sha256,
    originalFilename: node.name,
    fileExtension: /\.([^.]+)$/.exec(node.name)?.[1] ?? '',
    fullFileExtension: /\.(.+)$/.exec(node.name)?.[1] ?? '',
    headRevisionId: node.headRevisionId,
  };
}

function shortcut(targetId: string, state: DriveState): Record<string, unknown> {
  return { shortcutDetails: { targetId, targetMimeType: state.find(targetId)?.mimeType } };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
