/** Logging in to Google Drive, from the command line or from a notebook's cell. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { UserError } from '../config/errors';
import { endpointsOf } from '../storage/mount-drive';
import { systemClock } from '../storage/retry';
import { tokenPath, writeLogin } from '../storage/token-file';
import type { Session } from './session';

/** Who asks Google: the id of a client of the kind Desktop app. */
export interface DriveClient {
  readonly clientId: string;
  readonly clientSecret?: string;
}

/** How to log in. */
export interface LoginRequest {
  /** short names; own files always, since without them nothing can be saved */
  readonly scopes: readonly string[];
  readonly client: DriveClient;
  /** a code is typed on another machine, instead of a browser on this one */
  readonly device?: boolean;
}

/** What came of it. */
export interface LoginResult {
  /** file that holds the login */
  readonly path: string;
  readonly granted: readonly string[];
  readonly missing: readonly string[];
}

const scopes = ['drive.file', 'drive.readonly', 'drive'];

/**
 * Logs in and keeps the login in a file that only its owner can read.
 * @throws UserError `login-scope`, and those of `loginByBrowser` and `loginByDevice`
 */
export async function loginToDrive(request: LoginRequest, session: Session): Promise<LoginResult> {
  const { client, device } = request;
  const wanted = scopesOf(request.scopes);
  const { loginByBrowser, loginByDevice, shortScopes } = await import('../storage/google-login');
  const options = {
    ...client,
    endpoints: await endpointsOf(process.env),
    scopes: wanted,
    say: session.notice,
    clock: systemClock,
    signal: session.signal,
  };
  const tokens = await (device === true ? loginByDevice(options) : loginByBrowser(options));
  const path = tokenPath(process.env, homedir());
  await writeLogin(path, { ...client, tokens });
  // Google names what it granted; where it does not, all was.
  if (tokens.scope === undefined) return { path, granted: wanted, missing: [] };
  const granted = shortScopes(tokens.scope);
  return { path, granted, missing: wanted.filter((scope) => !granted.includes(scope)) };
}

/** What is asked for: never more than named; own files always, since without them nothing can be saved. */
function scopesOf(named: readonly string[]): string[] {
  for (const scope of named) {
    if (scopes.includes(scope)) continue;
    throw new UserError(
      'login-scope',
      `Expected --scope to be ${scopes.join(', ')}, got ${scope}`,
      'Leave it out for own files only.',
    );
  }
  if (named.includes('drive')) return ['drive'];
  return [...new Set(['drive.file', ...named])];
}

/** The client of the environment (`DIFF_SVC_CLIENT_ID`, `DIFF_SVC_CLIENT_SECRET`); null: there is none. */
export function clientOfEnvironment(): DriveClient | null {
  const { DIFF_SVC_CLIENT_ID: clientId, DIFF_SVC_CLIENT_SECRET: clientSecret } = process.env;
  return clientId ? { clientId, ...(clientSecret ? { clientSecret } : {}) } : null;
}

/**
 * The client in a file, else that of the environment.
 * @param path JSON file that Google's console gives
 * @throws UserError `client-id-missing`, `client-file-invalid`
 */
export async function clientOf(path: string | undefined): Promise<DriveClient> {
  if (path !== undefined) return clientFile(path);
  const client = clientOfEnvironment();
  if (client !== null) return client;
  throw new UserError(
    'client-id-missing',
    'Expected a client id: Google lets no program in without one',
    'Make your own in some minutes (docs/drive.md, "A client id of your own"), then `diff-svc drive login --client FILE`.',
  );
}

interface ClientFile {
  readonly installed?: { readonly client_id?: string; readonly client_secret?: string };
}

async function clientFile(path: string): Promise<DriveClient> {
  let problem = 'it is not the file of a client of the kind Desktop app';
  try {
    const { installed } = JSON.parse(await readFile(path, 'utf8')) as ClientFile;
    if (installed?.client_id) {
      const { client_id: clientId, client_secret: secret } = installed;
      return { clientId, ...(secret ? { clientSecret: secret } : {}) };
    }
  } catch (error) {
    problem = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
  }
  throw new UserError(
    'client-file-invalid',
    `Expected the JSON file of a client id at ${path}, but ${problem}`,
    'Download it again: Google Cloud console, Clients, the client, Download JSON (docs/drive.md).',
  );
}
