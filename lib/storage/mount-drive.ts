/** Finds a Google Drive, or what stands in for one, and says which: API, mounted Drive, local folder. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { colabMount } from './drive-path';
import type { DriveAuth } from './drive-requests';
import type { GoogleEndpoints } from './google-auth';
import { createLocalStore } from './local-folder';
import type { Clock } from './retry';
import type { Store } from './store';
import { readLogin, tokenPath } from './token-file';

/** What was found. */
export interface MountedDrive {
  readonly store: Store;
  readonly how: 'login' | 'credentials' | 'service-account' | 'mount' | 'local';
  /** short names of what the login may do; null: not limited by one */
  readonly scopes: readonly string[] | null;
  /** what a person should know: which one, and what it cannot do */
  readonly text: string;
}

/** Where to look. */
export interface MountOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly clock: Clock;
  readonly notice: OnNotice;
  /** default: Colab's */
  readonly mountPath?: string;
}

/**
 * API credentials first (our login, then application-default ones), then a mounted Drive, else a local folder. Nothing is
 * asked of Google yet.
 * @throws UserError `login-invalid`, `credentials-invalid`, `shared-drive-needed`, `google-root-refused`
 */
export async function mountDrive(options: MountOptions): Promise<MountedDrive> {
  const { env, home, notice } = options;
  const api = await openApi(options);
  if (api !== null) return api;
  const mount = options.mountPath ?? colabMount;
  if ((await stat(mount).catch(() => null))?.isDirectory()) {
    return {
      store: createLocalStore(mount, { drive: true }),
      how: 'mount',
      scopes: null,
      text: `Using the Drive mounted at ${mount}. Files are handed to Drive and uploaded when it likes: nothing is verified. \`diff-svc drive login\` gives verified saves.`,
    };
  }
  const folder = localDrive(env, home);
  notice(
    `No Google Drive here: drive: paths are in the local folder ${folder}. \`diff-svc drive login\` connects one.`,
  );
  return {
    store: createLocalStore(folder),
    how: 'local',
    scopes: null,
    text: `Using the local folder ${folder} as a Drive.`,
  };
}

/** Stands in for a Drive: `XDG_DATA_HOME/diff-svc/drive`, else below `~/.local/share`. */
function localDrive(env: NodeJS.ProcessEnv, home: string): string {
  return join(dataFolder(env, home), 'drive');
}

/** Ours for data that must stay: `XDG_DATA_HOME/diff-svc`, else `~/.local/share/diff-svc`. */
export function dataFolder(env: NodeJS.ProcessEnv, home: string): string {
  const base = env.XDG_DATA_HOME;
  return join(base && isAbsolute(base) ? base : join(home, '.local', 'share'), 'diff-svc');
}

/**
 * Google's servers, or an emulator's on this machine (`DIFF_SVC_GOOGLE_ROOT`).
 * @throws UserError `google-root-refused` for any other host: logins go there
 */
export async function endpointsOf(env: NodeJS.ProcessEnv): Promise<GoogleEndpoints> {
  const { googleEndpoints } = await import('./google-auth');
  const root = env.DIFF_SVC_GOOGLE_ROOT;
  if (!root) return googleEndpoints();
  if (/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+\/?$/.test(root)) return googleEndpoints(root);
  throw new UserError(
    'google-root-refused',
    `Expected DIFF_SVC_GOOGLE_ROOT to be an address of this machine, got ${root}`,
    'It is for tests only: unset it.',
  );
}

async function openApi(options: MountOptions): Promise<MountedDrive | null> {
  const { env, home, notice, clock } = options;
  const login = await readLogin(tokenPath(env, home), notice);
  const endpoints = await endpointsOf(env);
  // The client library takes a moment to load; who has no Drive does not wait for it.
  if (login !== null) {
    const { oauthClient } = await import('./google-auth');
    const { shortScopes } = await import('./google-login');
    const scopes = shortScopes(login.tokens.scope);
    const secret = login.clientSecret === undefined ? {} : { clientSecret: login.clientSecret };
    const auth = oauthClient({ clientId: login.clientId, ...secret, endpoints, tokens: login.tokens });
    return {
      store: await openStore(auth, endpoints, options),
      how: 'login',
      scopes,
      text: loginText(scopes),
    };
  }
  const { findCredentials } = await import('./google-credentials');
  const found = await findCredentials(env, home, endpoints, clock);
  if (found === null) return null;
  const store = await openStore(found.auth, endpoints, options);
  if (found.kind === 'person') {
    const text = `Using Google Drive with the credentials in ${found.where}.`;
    return { store, how: 'credentials', scopes: null, text };
  }
  if (!env.DIFF_SVC_SHARED_DRIVE) throw sharedDriveNeeded(found.where);
  const text = `Using the shared drive ${env.DIFF_SVC_SHARED_DRIVE} with the service account in ${found.where}.`;
  return { store, how: 'service-account', scopes: null, text };
}

async function openStore(
  auth: DriveAuth,
  endpoints: GoogleEndpoints,
  { env, clock }: MountOptions,
): Promise<Store> {
  const { createDriveStore } = await import('./drive-store');
  const sharedDriveId = env.DIFF_SVC_SHARED_DRIVE;
  return createDriveStore({
    auth,
    rootUrl: endpoints.rootUrl,
    clock,
    ...(sharedDriveId ? { sharedDriveId } : {}),
  });
}

/** Whether files are visible that this client did not make: a zip put there in the browser, say. */
export function seesForeign(drive: MountedDrive): boolean {
  return (
    drive.scopes === null || drive.scopes.some((scope) => scope === 'drive' || scope === 'drive.readonly')
  );
}

function loginText(scopes: readonly string[]): string {
  const text = `Using Google Drive with your login (${scopes.join(', ') || 'drive.file'}).`;
  if (scopes.some((scope) => scope === 'drive' || scope === 'drive.readonly')) return text;
  return `${text} It sees only files that diff-svc made: a zip or .ckpt that you put there by hand has to be uploaded (\`diff-svc drive upload\`), or made visible (\`diff-svc drive login --scope drive.readonly\`).`;
}

function sharedDriveNeeded(where: string): UserError {
  return new UserError(
    'shared-drive-needed',
    `Expected a shared drive for the service account in ${where}: service accounts have no storage of their own`,
    'Set DIFF_SVC_SHARED_DRIVE to the id of a shared drive that it may write to (docs/drive.md), or run `diff-svc drive login`.',
  );
}
