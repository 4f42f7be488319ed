/** `diff-svc drive login | logout`. */
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { clientOf, loginToDrive } from '../assembly/drive-login';
import { endpointsOf } from '../storage/mount-drive';
import { readLogin, removeLogin, tokenPath } from '../storage/token-file';
import { runVerb, type Session, type VerbResult } from './session';

interface LoginFlags {
  readonly client?: string;
  readonly scope: string[];
  readonly device?: boolean;
  readonly json?: boolean;
}

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
  const request = {
    scopes: flags.scope,
    client: await clientOf(flags.client),
    device: flags.device === true,
  };
  const { path, granted, missing } = await loginToDrive(request, session);
  const text = [
    `Logged in (${granted.join(', ')}). The login is in ${path}, readable by you only; \`diff-svc drive logout\` takes it back.`,
    ...(missing.length > 0 ? [`Not granted: ${missing.join(', ')}.`] : []),
  ].join('\n');
  return { text, json: { path, scopes: granted } };
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
