/**
 * One process at a time in a folder, without a server and safe against `kill -9`.
 *
 * A process that wants the folder creates a file of its own there, whose name says who it is, and only then looks at
 * the others' files. Of two that try at once at least one sees the other, so never both get in; who sees a living
 * holder removes its own file, tries again for a moment, and gives up. Since no two processes ever share a name, removing
 * the file of a dead one cannot hit a living one: that race is why there is no single `.lock`.
 */
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { isRunning, type ProcessId, parseProcessId, processIdText, thisProcess } from './process-id';

/** A held lock. */
export interface FolderLock {
  /** Gives the folder back; calling it again does nothing. */
  release(): Promise<void>;
}

const PREFIX = '.lock-';
const ATTEMPTS = 8;

/**
 * Locks `dir`, which must exist. Locks of dead processes on this machine are removed with a notice. Released when the
 * process exits normally; after a kill the next process removes what is left.
 * @param purpose what the folder is used for, `training`
 * @throws UserError `folder-locked` naming the other process, `not-writable` if no file can be made in `dir`
 */
export async function lockFolder(
  dir: string,
  purpose: string,
  notice: OnNotice = () => undefined,
): Promise<FolderLock> {
  for (let attempt = 1; ; attempt++) {
    const holder = tryLock(dir, purpose, notice);
    if ('release' in holder) return holder;
    if (attempt === ATTEMPTS) throw lockedError(dir, purpose, holder.path);
    await sleep(randomInt(10, 60));
  }
}

function tryLock(dir: string, purpose: string, notice: OnNotice): FolderLock | { path: string } {
  const own = `${PREFIX}${processIdText(thisProcess())}`;
  const ownPath = join(dir, own);
  const text = { purpose, since: new Date().toISOString() };
  try {
    writeFileSync(ownPath, `${JSON.stringify(text)}\n`, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return { path: ownPath };
    throw new UserError(
      'not-writable',
      `Expected to create a lock in ${dir}, the system said: ${(error as Error).message}`,
      'Choose a folder that exists and that you may write in.',
      { cause: error },
    );
  }
  const release = () => rmSync(ownPath, { force: true });
  const other = livingHolder(dir, own, notice);
  if (other !== null) {
    release();
    return { path: join(dir, other) };
  }
  process.once('exit', release);
  return {
    release: async () => {
      process.removeListener('exit', release);
      release();
    },
  };
}

/** Name of another's lock in `dir`; removes those of dead processes. */
function livingHolder(dir: string, own: string, notice: OnNotice): string | null {
  for (const name of readdirSync(dir).sort()) {
    if (!name.startsWith(PREFIX) || name === own) continue;
    const holder = parseProcessId(name.slice(PREFIX.length));
    if (holder === null) continue;
    if (isRunning(holder) !== false) return name;
    rmSync(join(dir, name), { force: true });
    notice(`Took over ${dir} from process ${holder.pid}, which ended without releasing it.`);
  }
  return null;
}

function lockedError(dir: string, purpose: string, lockPath: string): UserError {
  const holder = parseProcessId(lockPath.slice(lockPath.lastIndexOf(PREFIX) + PREFIX.length)) as ProcessId;
  const known = isRunning(holder) === true;
  return new UserError(
    'folder-locked',
    `Expected ${dir} to be free for ${purpose}, got ${describeLock(lockPath)} by process ${holder.pid} on ${holder.host}`,
    known
      ? `Wait for process ${holder.pid} to end, or end it, or choose another folder.`
      : `If that process is gone, delete ${lockPath}; otherwise choose another folder.`,
  );
}

/** What the lock says of itself; it may vanish, or be empty for an instant, while we look. */
function describeLock(path: string): string {
  try {
    const text = JSON.parse(readFileSync(path, 'utf8')) as { purpose: string; since: string };
    return `it in use for ${text.purpose} since ${text.since}`;
  } catch {
    return 'it in use';
  }
}
