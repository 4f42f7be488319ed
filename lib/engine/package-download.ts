/**
 * Candidate `package`: the libtensorflow 2.9.1 that tfjs-node-gpu's own install script downloads. Its GPU build wants
 * CUDA 11, which today's machines do not have; it is here for machines where pip cannot be used.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../config/errors';
import { freeBytes, requireFree } from './disk';
import { errorLine, lastLines, runCommand } from './run-command';
import type { TensorFlowFolder } from './tensorflow-folder';

const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;
const NEEDED_BYTES = 2_500_000_000;

export interface PackageOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  readonly bindingPackage: string;
  readonly log: (line: string) => void;
}

/** Gives libtensorflow from our cache, downloading it first. Throws `disk-full`, `package-download`. */
export async function providePackageLibrary(options: PackageOptions): Promise<TensorFlowFolder> {
  const { cache, bindingPackage } = options;
  const home = path.join(cache, 'libtensorflow-2.9.1');
  if (!fs.existsSync(home)) {
    requireFree(freeBytes(cache), NEEDED_BYTES, cache);
    await download(options);
    const staging = `${home}.partial`;
    fs.rmSync(staging, { recursive: true, force: true });
    // Out of node_modules, where the next `npm ci` would delete it.
    fs.cpSync(path.join(bindingPackage, 'deps'), staging, { recursive: true, verbatimSymlinks: true });
    fs.renameSync(staging, home);
    fs.rmSync(path.join(bindingPackage, 'deps'), { recursive: true, force: true });
  }
  return {
    libraryFolder: path.join(home, 'lib'),
    libraries: ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
    include: path.join(home, 'include'),
    build: 'CUDA 11.2',
  };
}

/** Runs the install script and judges by its result, `deps/lib`, not by its exit status. */
async function download({ env, bindingPackage, log }: PackageOptions): Promise<void> {
  log(`running the download of tfjs-node-gpu itself (at most ${DOWNLOAD_TIMEOUT_MS / 60_000} min)`);
  const packageFile = path.join(bindingPackage, 'package.json');
  const before = fs.readFileSync(packageFile);
  const result = await runCommand(process.execPath, ['scripts/install.js', 'gpu', 'download'], {
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    cwd: bindingPackage,
    env: withoutLocalBin(env),
    onTick: (ms) => log(`  downloading, ${Math.round(ms / 1000)} s`),
  });
  // The script rewrites package.json while it runs and does not put it back when it fails.
  fs.writeFileSync(packageFile, before);
  const deps = path.join(bindingPackage, 'deps');
  if (fs.existsSync(path.join(deps, 'lib', 'libtensorflow.so.2'))) return;
  fs.rmSync(deps, { recursive: true, force: true });
  const reason = errorLine(result.stderr) ?? lastLines(result.stderr);
  const what = result.timedOut ? 'did not end in time' : `failed: ${reason}`;
  throw new UserError(
    'package-download',
    `The download of tfjs-node-gpu's own libtensorflow ${what}`,
    'It needs access to storage.googleapis.com; a TensorFlow installed for python3 is the better way.',
  );
}

/**
 * The script's second half calls node-pre-gyp, which would fetch Node's headers from the network. `npm run` puts
 * node_modules/.bin on the PATH; without it that half cannot start, and we compile the binding ourselves.
 */
function withoutLocalBin(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folders = (env.PATH ?? '').split(path.delimiter);
  const kept = folders.filter((folder) => !folder.includes(path.join('node_modules', '.bin')));
  return { ...env, PATH: kept.join(path.delimiter) };
}
