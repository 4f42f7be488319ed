/** Candidate `wheel`: a pinned tensorflow-cpu wheel, fetched with pip, its needed parts unpacked into our cache. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../config/errors';
import { freeBytes, requireFree, sha256 } from './disk';
import { lastLines, runCommand } from './run-command';
import { readWheelFolder, type TensorFlowFolder } from './tensorflow-folder';

/** The pin. The bytes unpacked are those of the parts below, not of the whole wheel (1.3 GB). */
export const wheelPin = {
  requirement: 'tensorflow-cpu==2.21.0',
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  wheelBytes: 273_829_956,
  unpackedBytes: 860_000_000,
} as const;

// The tags of the wheel, so that pip chooses it whatever version the machine's own Python has.
const PIP_TAGS = '--python-version 3.11 --implementation cp --platform manylinux_2_27_x86_64'.split(' ');

// The two libraries, the headers that the binding includes, what the build says of itself, and the licences.
const PARTS = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/c/',
  'tensorflow/python/platform/build_info.py',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
  'tensorflow_cpu-2.21.0.dist-info/',
];

// zipfile's extract() refuses absolute and parent paths and checks every CRC.
const UNPACK = `
import sys, zipfile
wheel, target, parts = sys.argv[1], sys.argv[2], tuple(sys.argv[3:])
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(parts)])
`;

const DOWNLOAD_TIMEOUT_MS = 30 * 60_000;
const UNPACK_TIMEOUT_MS = 10 * 60_000;

export interface WheelOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  readonly log: (line: string) => void;
}

/**
 * Gives the unpacked wheel, fetching it when the cache has none. The caller holds the cache's lock.
 * Throws `disk-full`, `python-missing`, `pip-missing`, `pip-failed`, `wheel-hash`, `wheel-unpack`.
 */
export async function provideWheel(options: WheelOptions): Promise<TensorFlowFolder> {
  const { cache, log, env } = options;
  const home = path.join(cache, wheelPin.requirement.replace('==', '-'));
  if (fs.existsSync(home)) return readWheelFolder(path.join(home, 'tensorflow'));
  requireFree(freeBytes(cache), 2 * wheelPin.wheelBytes + wheelPin.unpackedBytes, cache);

  const staging = `${home}.partial`;
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(path.join(staging, 'pip'), { recursive: true });
  try {
    const wheel = await downloadWheel(path.join(staging, 'pip'), env, log);
    await verifyWheel(wheel, log);
    await unpackWheel(wheel, path.join(staging, 'unpacked'), env, log);
    readWheelFolder(path.join(staging, 'unpacked', 'tensorflow'));
    fs.renameSync(path.join(staging, 'unpacked'), home);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
  return readWheelFolder(path.join(home, 'tensorflow'));
}

async function downloadWheel(
  folder: string,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<string> {
  log(`fetching ${wheelPin.requirement} with pip (274 MB, at most ${DOWNLOAD_TIMEOUT_MS / 60_000} min)`);
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...PIP_TAGS];
  args.push('--disable-pip-version-check', '--dest', folder, wheelPin.requirement);
  const result = await runCommand('python3', args, {
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    // pip's temporary files on the disk that was checked, and where their growth can be watched.
    env: { ...env, TMPDIR: folder },
    onTick: (ms) =>
      log(`  pip: ${Math.round(largestFile(folder) / 1e6)} of 274 MB, ${Math.round(ms / 1000)} s`),
  });
  if (result.missing) {
    throw new UserError('python-missing', 'python3 is not installed', 'apt-get install python3 python3-pip');
  }
  if (/No module named pip/.test(result.stderr)) {
    throw new UserError('pip-missing', 'python3 has no pip', 'Install it: apt-get install python3-pip');
  }
  const wheel = path.join(folder, wheelPin.file);
  if (result.code !== 0 || !fs.existsSync(wheel)) {
    const what = result.timedOut ? 'did not end in time' : `failed: ${lastLines(result.stderr)}`;
    throw new UserError(
      'pip-failed',
      `pip download of ${wheelPin.requirement} ${what}`,
      'Check the network and pip 20.3 or newer; or install any TensorFlow for python3 and run the set-up again.',
    );
  }
  return wheel;
}

/** Throws `wheel-hash` unless the file is the pinned one. */
async function verifyWheel(wheel: string, log: (line: string) => void): Promise<void> {
  log('checking its SHA-256');
  const found = await sha256(wheel);
  if (found === wheelPin.sha256) return;
  throw new UserError(
    'wheel-hash',
    `Expected SHA-256 ${wheelPin.sha256} of ${wheelPin.file}, got ${found}`,
    'The download is damaged or not the published file: run the set-up again; if it stays, check the package index.',
  );
}

async function unpackWheel(
  wheel: string,
  target: string,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<void> {
  log('unpacking the libraries and headers (0.9 GB)');
  const result = await runCommand('python3', ['-c', UNPACK, wheel, target, ...PARTS], {
    timeoutMs: UNPACK_TIMEOUT_MS,
    env,
    onTick: (ms) => log(`  unpacking, ${Math.round(ms / 1000)} s`),
  });
  if (result.code === 0) return;
  const what = result.timedOut ? 'did not end in time' : `failed: ${lastLines(result.stderr)}`;
  throw new UserError(
    'wheel-unpack',
    `Unpacking ${wheelPin.file} ${what}`,
    'Check the disk, run the set-up again.',
  );
}

/** Size of the largest file under a folder that pip writes to: the wheel, first under a temporary name. */
function largestFile(folder: string): number {
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  // A file may vanish between the two calls.
  const sizes = files.map(
    (name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return Math.max(0, ...sizes);
}
