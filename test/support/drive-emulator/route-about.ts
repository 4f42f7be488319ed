/** `GET about` and shared drives. */
import { ApiError } from './api-error';
import { type Answer, type Exchange, requireKnown } from './exchange';
import { applyMask, parseFields } from './fields';
import { requireScope } from './permissions';

/** `fields` is required [doc]. */
export function about({ query, state, accounts, grant }: Exchange): Answer {
  requireScope(grant, 'read');
  requireKnown(query, []);
  const fields = query.get('fields');
  if (fields === null) {
    throw new ApiError(400, 'required', "The 'fields' parameter is required for this method.", {
      location: 'fields',
    });
  }
  const { total, trash } = state.usage(grant.account);
  const value = {
    kind: 'drive#about',
    user: { kind: 'drive#user', displayName: grant.account, emailAddress: grant.account, me: true },
    storageQuota: {
      limit: String(accounts.account(grant.account).quotaBytes),
      usage: String(total),
      usageInDrive: String(total),
      usageInDriveTrash: String(trash),
    },
    maxUploadSize: '5242880000000',
    canCreateDrives: false,
  };
  const known = {
    ...Object.fromEntries(Object.keys(value).map((name) => [name, null])),
    importFormats: null,
    exportFormats: null,
    appInstalled: null,
    maxImportSizes: null,
    folderColorPalette: null,
    driveThemes: null,
    storageQuota: Object.keys(value.storageQuota),
  };
  return { status: 200, json: applyMask(parseFields(fields), value, known) };
}

/** `GET drives` */
export function listDrives({ query, state, grant }: Exchange): Answer {
  requireScope(grant, 'everything');
  requireKnown(query, ['pageSize', 'pageToken', 'q', 'useDomainAdminAccess']);
  const drives = [...state.sharedDrives.values()].filter(({ members }) => grant.account in members);
  const value = {
    kind: 'drive#driveList',
    drives: drives.map(({ id, name }) => ({ kind: 'drive#drive', id, name })),
  };
  const mask = parseFields(query.get('fields') || '*');
  return {
    status: 200,
    json: applyMask(mask, value, { kind: null, nextPageToken: null, drives: ['kind', 'id', 'name'] }),
  };
}

/** `GET drives/ID` */
export function getDrive({ query, state, grant }: Exchange, id: string): Answer {
  requireScope(grant, 'read');
  requireKnown(query, ['useDomainAdminAccess']);
  const drive = state.sharedDrives.get(id);
  if (!drive || !(grant.account in drive.members)) {
    throw new ApiError(404, 'notFound', `Shared drive not found: ${id}`, { location: 'driveId' });
  }
  const value = { kind: 'drive#drive', id, name: drive.name };
  const mask = parseFields(query.get('fields') || 'kind,id,name');
  return {
    status: 200,
    json: applyMask(mask, value, {
      kind: null,
      id: null,
      name: null,
      capabilities: null,
      createdTime: null,
      hidden: null,
    }),
  };
}
