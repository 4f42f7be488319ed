// Step 1: the npm packages of package-lock.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, SetupError } from './run.mjs';

const TIMEOUT_MS = 15 * 60_000;

/** Installs the locked packages when node_modules differs from the lock file. Returns what was done. */
export async function installPackages(root, log) {
  const why = packagesDiffer(root);
  if (!why) return 'as locked';
  log(`npm ci (${why}; at most ${TIMEOUT_MS / 60_000} min)`);
  // npm says how it was called; a bare `npm` may be another one, or none.
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const args = [...npm.slice(1), 'ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const result = await run(npm[0], args, { timeoutMs: TIMEOUT_MS, cwd: root });
  if (result.missing) throw new SetupError('npm is not installed', 'apt-get install npm');
  if (result.code !== 0) {
    const what = result.timedOut ? 'did not end in time' : 'failed (its messages are above)';
    throw new SetupError(`npm ci ${what}`, 'Check the network and the disk, then run this again.');
  }
  return 'installed';
}

/** Why node_modules is not what package-lock.json says; undefined when it is. npm leaves a list of what it put there. */
export function packagesDiffer(root) {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return 'not installed yet';
  const installed = packagesOf(list);
  const locked = packagesOf(join(root, 'package-lock.json'));
  for (const [place, want] of Object.entries(locked)) {
    if (place === '') continue;
    const have = installed[place];
    // Packages for other platforms are locked, too.
    if (!have && (want.optional || want.devOptional || want.peer)) continue;
    if (have?.version !== want.version || have.integrity !== want.integrity) return `${place} differs`;
    if (!existsSync(join(root, place, 'package.json'))) return `${place} is gone`;
  }
  const extra = Object.keys(installed).find((place) => !(place in locked));
  return extra && `${extra} is not locked`;
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
