/** Where a login lies: one file outside of every project, for its owner only. Its content is never printed. */
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { writeFileAtomic } from './atomic-file';
import type { Tokens } from './google-auth';

/** What is kept of a login. */
export interface StoredLogin {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly tokens: Tokens;
}

/** `XDG_CONFIG_HOME/diff-svc/google.json`, else below `~/.config`. */
export function tokenPath(env: NodeJS.ProcessEnv, home: string): string {
  const base = env.XDG_CONFIG_HOME;
  return join(base && isAbsolute(base) ? base : join(home, '.config'), 'diff-svc', 'google.json');
}

/** Replaces the login at `path`: mode 0600, in a folder of mode 0700. */
export async function writeLogin(path: string, login: StoredLogin): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, Buffer.from(`${JSON.stringify(login, null, 2)}\n`), { mode: 0o600 });
}

/**
 * The login at `path`, null if there is none. If others could read it, that is mended, with a notice.
 * @throws UserError `login-invalid`
 */
export async function readLogin(path: string, notice: OnNotice): Promise<StoredLogin | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw invalid(path, error.message);
  });
  if (text === null) return null;
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    await chmod(path, 0o600);
    notice(`Others could read ${path}; now only you can.`);
  }
  try {
    const login = JSON.parse(text) as StoredLogin;
    if (typeof login.clientId === 'string' && typeof login.tokens === 'object') return login;
  } catch {
    // said below; the message of JSON.parse would show a part of the file
  }
  throw invalid(path, 'it is damaged');
}

/** Removes the login; no error if there is none. */
export async function removeLogin(path: string): Promise<void> {
  await rm(path, { force: true });
}

function invalid(path: string, why: string): UserError {
  return new UserError(
    'login-invalid',
    `Expected a login of Google in ${path}, but ${why}`,
    'Run `diff-svc drive login`, which replaces it.',
  );
}
