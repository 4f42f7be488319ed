/** Debian's rclone, unchanged, which knows Google's hosts only: it reaches the emulator through a proxy. */

import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { type GoogleFront, startGoogleFront } from './google-front';
import { programFolder } from './program-folder';
import { check, type Ended, NotHere, runProgram } from './report';

const MB = 1024 * 1024;

/** @throws CheckFailed; NotHere where there is neither rclone nor apt */
export async function testRclone(): Promise<void> {
  const program = await provide();
  const folder = mkdtempSync(join(tmpdir(), 'drive-rclone-'));
  const emulator = await DriveEmulator.start();
  const front = await startGoogleFront(emulator, folder);
  try {
    const rclone = configure(program, folder, emulator, front);
    await copyAndCheck(rclone, folder, emulator);
    await trash(rclone, emulator);
    check('it asked no other host', front.refused.length === 0, front.refused.join());
  } finally {
    await front.stop();
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Rclone = (...args: string[]) => Promise<Ended>;

function configure(program: string, folder: string, emulator: DriveEmulator, front: GoogleFront): Rclone {
  const { accessToken, refreshToken, clientId, clientSecret } = emulator.accounts.grant({
    scopes: ['drive'],
  });
  const token = {
    access_token: accessToken,
    token_type: 'Bearer',
    refresh_token: refreshToken,
    expiry: '2099-01-01T00:00:00Z',
  };
  const config = join(folder, 'rclone.conf');
  const lines = [
    '[d]',
    'type = drive',
    'scope = drive',
    `client_id = ${clientId}`,
    `client_secret = ${clientSecret}`,
    `token = ${JSON.stringify(token)}`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  const env = { PATH: process.env.PATH, HOME: folder, HTTPS_PROXY: front.proxyUrl, NO_PROXY: '' };
  const common = [
    '--config',
    config,
    '--ca-cert',
    front.authority,
    '--retries',
    '1',
    '--low-level-retries',
    '3',
    '--drive-pacer-min-sleep',
    '1ms',
    '-v',
  ];
  return (...args) => runProgram(program, [...common, ...args], { env, cwd: folder, seconds: 60 });
}

async function copyAndCheck(rclone: Rclone, folder: string, emulator: DriveEmulator): Promise<void> {
  const source = join(folder, 'source');
  mkdirSync(join(source, "deep/it's"), { recursive: true });
  const files: Readonly<Record<string, Buffer>> = {
    'model_ckpt_steps_2000.ckpt': randomBytes(20 * MB + 17),
    'small.txt': Buffer.from('abc'),
    "deep/it's/empty": Buffer.alloc(0),
    'deep/노래.wav': randomBytes(3000),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(source, name), bytes);
  const sessions = () => emulator.requests.filter((request) => request.contentRange.startsWith('bytes '));
  const copied = await rclone('copy', source, 'd:diff-svc', '--drive-chunk-size', '8M');
  check('rclone copy', copied.code === 0, copied.output);
  check(
    'in resumable pieces of 8 MiB, posted',
    sessions().length === 3 && sessions().every((r) => r.method === 'POST'),
  );
  const checked = await rclone('check', source, 'd:diff-svc');
  check(
    'rclone check finds the same checksums',
    checked.code === 0 && /4 matching files/.test(checked.output),
    checked.output,
  );
  const again = await rclone('copy', source, 'd:diff-svc');
  check('rclone copy again sends nothing', again.code === 0 && sessions().length === 3, again.output);
  const target = join(folder, 'target');
  const fetched = await rclone('copy', 'd:diff-svc', target);
  check('rclone downloads', fetched.code === 0, fetched.output);
  const same = Object.entries(files).every(([name, bytes]) => readFileSync(join(target, name)).equals(bytes));
  check('what it downloaded is what it uploaded', same);
}

async function trash(rclone: Rclone, emulator: DriveEmulator): Promise<void> {
  const removed = await rclone('delete', 'd:diff-svc/deep');
  check('rclone delete', removed.code === 0, removed.output);
  const trashed = emulator.drive.nodes().filter((node) => node.explicitlyTrashed);
  check('puts files into the trash', trashed.length === 2);
  const listed = await rclone('lsf', '-R', '--files-only', 'd:diff-svc');
  check(
    'rclone lsf leaves them out',
    listed.output.includes('small.txt') && !listed.output.includes('노래'),
    listed.output,
  );
  const shown = await rclone('lsf', '-R', '--files-only', '--drive-trashed-only', 'd:');
  check('rclone lsf --drive-trashed-only shows them', shown.output.includes('노래.wav'), shown.output);
  const about = await rclone('about', 'd:', '--json');
  check('rclone about counts the trash', /"trashed":\s*3000/.test(about.output), about.output);
  const cleaned = await rclone('cleanup', 'd:');
  const gone = !emulator.drive.nodes().some((node) => node.explicitlyTrashed);
  check('rclone cleanup empties the trash', cleaned.code === 0 && gone, cleaned.output);
}

/** The system's, or the Debian package unpacked into our cache: no root needed. */
async function provide(): Promise<string> {
  if ((await runProgram('rclone', ['version'])).code === 0) return 'rclone';
  const folder = programFolder('rclone');
  const program = join(folder, 'usr/bin/rclone');
  if (existsSync(program)) return program;
  const fetched = await runProgram('apt-get', ['download', 'rclone'], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (fetched.code !== 0 || archive === undefined)
    throw new NotHere(`apt-get download rclone: ${fetched.output}`);
  const unpacked = await runProgram('dpkg-deb', ['-x', archive, '.'], { cwd: folder });
  if (unpacked.code !== 0) throw new NotHere(`dpkg-deb: ${unpacked.output}`);
  return program;
}
