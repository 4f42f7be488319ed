/**
 * Registers the kernel with Jupyter: a folder `kernels/diff-svc` with `kernel.json` in one of Jupyter's data folders.
 * Source: jupyter_client docs, "Kernel specs"; jupyter_core docs, "Data files".
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';
import { packageRoot } from './package-root';

/** Name of the kernelspec. */
export const KERNEL_NAME = 'diff-svc';

/** Which data folder: a person's own, that of the active Python environment, or one below a prefix such as /usr/local. */
export type Place = 'user' | 'sys-prefix' | { readonly prefix: string };

/** A kernelspec of ours that was found. */
export interface Installed {
  readonly folder: string;
  /** the program that it starts is there */
  readonly works: boolean;
}

/** The environment that decides on folders; `process.env` and `process.platform` in programs. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

const here: Surroundings = { env: process.env, platform: process.platform };

/**
 * Writes the kernelspec; one of ours that is there is replaced.
 * @returns its folder
 * @throws UserError `not-built` if the kernel's program is not there, `no-python-environment` for `sys-prefix` outside
 *   one, and those of `writeFileAtomic`
 */
export async function installKernelspec(place: Place, surroundings: Surroundings = here): Promise<string> {
  const program = kernelProgram();
  if (!existsSync(program)) {
    throw new UserError(
      'not-built',
      `Expected the kernel's program at ${program}`,
      `Run \`npm run setup\` in ${packageRoot()}.`,
    );
  }
  const folder = join(dataFolder(place, surroundings), 'kernels', KERNEL_NAME);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(
      'not-writable',
      `Expected to create ${folder}: ${(error as Error).message}`,
      'Leave --sys-prefix and --prefix out to install for yourself alone.',
      { cause: error },
    );
  }
  // The picture first: a folder with kernel.json is complete.
  await writeFileAtomic(join(folder, 'logo-svg.svg'), Buffer.from(LOGO));
  await writeFileAtomic(
    join(folder, 'kernel.json'),
    Buffer.from(`${JSON.stringify(spec(program), null, 2)}\n`),
  );
  return folder;
}

/**
 * Removes the kernelspec.
 * @returns the removed folder; null if there was none
 */
export function uninstallKernelspec(place: Place, surroundings: Surroundings = here): string | null {
  const folder = join(dataFolder(place, surroundings), 'kernels', KERNEL_NAME);
  if (!existsSync(join(folder, 'kernel.json'))) return null;
  rmSync(folder, { recursive: true });
  return folder;
}

/** Kernelspecs of ours in the folders where Jupyter looks, the one that it takes first. */
export function listKernelspecs(surroundings: Surroundings = here): Installed[] {
  return searchPath(surroundings)
    .map((data) => join(data, 'kernels', KERNEL_NAME))
    .filter((folder) => existsSync(join(folder, 'kernel.json')))
    .map((folder) => ({ folder, works: works(folder) }));
}

/** The compiled program, whether this runs compiled or from source. */
function kernelProgram(): string {
  return join(packageRoot(), 'dist/cli/kernel-main.js');
}

function spec(program: string): object {
  return {
    // The flag: see `breakOff`; without it Node 20 and 22 abort where V8 breaks stuck code off.
    argv: [process.execPath, '--no-force-async-hooks-checks', program, '{connection_file}'],
    display_name: 'TypeScript (Diff-SVC)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: false },
  };
}

function works(folder: string): boolean {
  try {
    const { argv } = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as { argv: string[] };
    return argv
      .filter((word) => word.startsWith('/') || /^[A-Z]:\\/.test(word))
      .every((path) => existsSync(path));
  } catch {
    return false;
  }
}

/**
 * Jupyter's data folder for `place`.
 * @throws UserError `no-python-environment`
 */
export function dataFolder(place: Place, surroundings: Surroundings = here): string {
  if (place === 'user') return userFolder(surroundings);
  if (typeof place === 'object') return join(resolve(place.prefix), 'share/jupyter');
  const prefix = environmentPrefix(surroundings);
  if (prefix) return join(prefix, 'share/jupyter');
  throw new UserError(
    'no-python-environment',
    'Expected an active Python environment for --sys-prefix (VIRTUAL_ENV, CONDA_PREFIX)',
    'Activate one, or name its folder: --prefix FOLDER.',
  );
}

function userFolder({ env, platform }: Surroundings): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const home = env.HOME ?? homedir();
  if (platform === 'darwin') return join(home, 'Library/Jupyter');
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData/Roaming'), 'jupyter');
  return join(env.XDG_DATA_HOME || join(home, '.local/share'), 'jupyter');
}

function environmentPrefix({ env }: Surroundings): string | null {
  return env.VIRTUAL_ENV || env.CONDA_PREFIX || null;
}

/** Jupyter's own order: JUPYTER_PATH, the person, the environment, the system; folders of Python's on PATH as well. */
function searchPath(surroundings: Surroundings): string[] {
  const { env, platform } = surroundings;
  const separator = platform === 'win32' ? ';' : ':';
  const listed = (env.JUPYTER_PATH ?? '').split(separator).filter(Boolean);
  const prefix = environmentPrefix(surroundings);
  const programs = (env.PATH ?? '').split(separator).filter((folder) => hasJupyter(folder));
  const system = platform === 'win32' ? [] : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  const all = [
    ...listed,
    userFolder(surroundings),
    ...(prefix ? [join(prefix, 'share/jupyter')] : []),
    ...programs.map((folder) => join(dirname(folder), 'share/jupyter')),
    ...system,
  ];
  return [...new Set(all)];
}

function hasJupyter(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => /^jupyter(\.exe)?$/.test(name));
  } catch {
    return false;
  }
}

/** A wave under a note line; ours. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="10" fill="#3178c6"/><path d="M6 34q6.5-22 13 0t13 0 13 0 13 0" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"/><path d="M14 52h36" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>
`;
