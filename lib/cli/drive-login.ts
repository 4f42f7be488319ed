/** `diff-svc drive login | logout`. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { UserError } from '../config/errors';
import { endpointsOf } from '../storage/mount-drive';
import { systemClock } from '../storage/retry';
import { readLogin, removeLogin, tokenPath, writeLogin } from '../storage/token-file';
import { runVerb, type Session, type VerbResult } from './session';

interface LoginFlags {
  readonly client?: string;
  readonly scope: string[];
  readonly device?: boolean;
  readonly json?: boolean;
}

const scopes = ['drive.file', 'drive.readonly', 'drive'];

/** Adds both to `drive`. */
export function registerDriveLogin(drive: Command): void {
  drive
    .command('login')
    .description('connect Google Drive; needs a client id of your own (docs/drive.md)')
    .option(
      '--client <file>',
      'the JSON file of the client id; else DIFF_SVC_CLIENT_ID and DIFF_SVC_CLIENT_SECRET',
    )
    .option(
      '--scope <name>',
      'may be repeated: drive.file (only own files, default), drive.readonly (read all), drive (all)',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option('--device', 'no browser on this machine: type a code on another one (drive.file only)')
    .option('--json', 'print the result as JSON')
    .action((flags: LoginFlags) => runVerb(flags.json === true, (session) => login(flags, session)));
  drive
    .command('logout')
    .description('take the login back at Google and delete it here')
    .option('--json', 'print the result as JSON')
    .action((flags: { json?: boolean }) => runVerb(flags.json === true, logout));
}

async function login(flags: LoginFlags, session: Session): Promise<VerbResult> {
  const wanted = scopesOf(flags.scope);
  const client = await clientOf(flags.client);
  const { loginByBrowser, loginByDevice, shortScopes } = await import('../storage/google-login');
  const options = {
    ...client,
    endpoints: await endpointsOf(process.env),
    scopes: wanted,
    say: session.notice,
    clock: systemClock,
    signal: session.signal,
  };
  const tokens = await (flags.device === true ? loginByDevice(options) : loginByBrowser(options));
  const path = tokenPath(process.env, homedir());
  await writeLogin(path, { ...client, tokens });
  const granted = shortScopes(tokens.scope);
  const missing = tokens.scope === undefined ? [] : wanted.filter((scope) => !granted.includes(scope));
  const text = [
    `Logged in (${granted.join(', ') || wanted.join(', ')}). The login is in ${path}, readable by you only; \`diff-svc drive logout\` takes it back.`,
    ...(missing.length > 0 ? [`Not granted: ${missing.join(', ')}.`] : []),
  ].join('\n');
  return { text, json: { path, scopes: granted } };
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

/** @throws UserError `client-id-missing`, `client-file-invalid` */
async function clientOf(path: string | undefined): Promise<{ clientId: string; clientSecret?: string }> {
  const { DIFF_SVC_CLIENT_ID: clientId, DIFF_SVC_CLIENT_SECRET: clientSecret } = process.env;
  if (path !== undefined) return clientFile(path);
  if (clientId) return { clientId, ...(clientSecret ? { clientSecret } : {}) };
  throw new UserError(
    'client-id-missing',
    'Expected a client id: Google lets no program in without one',
    'Make your own in some minutes (docs/drive.md, "A client id of your own"), then `diff-svc drive login --client FILE`.',
  );
}

interface ClientFile {
  readonly installed?: { readonly client_id?: string; readonly client_secret?: string };
}

async function clientFile(path: string): Promise<{ clientId: string; clientSecret?: string }> {
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

async function logout(session: Session): Promise<VerbResult> {
  const path = tokenPath(process.env, homedir());
  const stored = await readLogin(path, session.notice);
  if (stored === null) return { text: 'There is no login here.', json: { revoked: false } };
  const { revokeLogin } = await import('../storage/google-login');
  const revoked = await revokeLogin(await endpointsOf(process.env), stored.tokens);
  await removeLogin(path);
  const text = revoked
    ? 'Taken back at Google and deleted here.'
    : 'Google did not know it any more; deleted here.';
  return { text, json: { revoked } };
}
