// Step 2: lib/ compiled to dist/.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWeights } from './copy-weights.mjs';
import { run, SetupError } from './run.mjs';

const TIMEOUT_MS = 5 * 60_000;

/** Compiles when a source differs from those that dist/ was made of. Returns what was done. */
export async function build(root, log) {
  const want = sourcesHash(root);
  const dist = join(root, 'dist');
  const stamp = join(dist, '.sources');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return 'up to date';
  log(`tsc (at most ${TIMEOUT_MS / 60_000} min)`);
  // Compiled beside and renamed: no file of a removed source stays, and programs that run see one build or the other.
  const staging = join(root, 'dist.partial');
  rmSync(staging, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const outputs = ['--outDir', staging, '--tsBuildInfoFile', join(staging, '.tsbuildinfo')];
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), ...outputs];
  const result = await run(process.execPath, args, { timeoutMs: TIMEOUT_MS, cwd: root });
  if (result.code !== 0) {
    const what = result.timedOut ? 'did not end in time' : 'failed (its messages are above)';
    throw new SetupError(`The TypeScript build ${what}`, 'Correct the sources in lib/, then run this again.');
  }
  copyWeights(root, staging);
  writeFileSync(join(staging, '.sources'), want);
  rmSync(`${dist}.old`, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, `${dist}.old`);
  renameSync(staging, dist);
  rmSync(`${dist}.old`, { recursive: true, force: true });
  return 'compiled';
}

function sourcesHash(root) {
  const hash = createHash('sha256');
  const inLib = readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true });
  const files = inLib
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
    files.push(join(root, name));
  for (const file of files.sort())
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}
