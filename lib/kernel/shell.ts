/** Shell commands of cells: streamed, ended with the cell. */
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../config/errors';
import { currentCell, runInCell } from './cell';
import { clearTimeout, setTimeout } from './plain-timers';

/** After an interrupt, a program that goes on gets SIGTERM, then SIGKILL. */
const TERM_AFTER_MS = 1000;
const KILL_AFTER_MS = 3000;

/**
 * Runs `command` in a shell, in a process group of its own so that an interrupt ends all that it started.
 * @param take gets stdout and stderr as they come
 * @param signal ends the command
 * @returns the exit code; 128 and more: ended by a signal
 */
export function runShell(
  command: string,
  take: (name: 'stdout' | 'stderr', text: Buffer) => void,
  signal?: AbortSignal,
): Promise<number> {
  const cell = currentCell();
  const within = <T>(work: () => T): T => (cell ? runInCell(cell, work) : work());
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const end = (name: NodeJS.Signals): void => {
      try {
        process.kill(-child.pid!, name);
      } catch {
        // it has ended
      }
    };
    const timers: NodeJS.Timeout[] = [];
    const onAbort = (): void => {
      end('SIGINT');
      timers.push(setTimeout(end, TERM_AFTER_MS, 'SIGTERM'), setTimeout(end, KILL_AFTER_MS, 'SIGKILL'));
    };
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    child.stdout.on('data', (text: Buffer) => within(() => take('stdout', text)));
    child.stderr.on('data', (text: Buffer) => within(() => take('stderr', text)));
    child.on('error', fail);
    // What it left in the background ignores SIGINT (POSIX, "Asynchronous AND-OR lists").
    child.on('exit', () => signal?.aborted && end('SIGTERM'));
    child.on('close', (code, name) => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      done(code ?? 128 + (name === 'SIGINT' ? 2 : name === 'SIGTERM' ? 15 : 9));
    });
  });
}

/** @throws UserError `shell-failed` with the exit code, unless that is 0 */
export function requireSuccess(command: string, code: number): void {
  if (code === 0) return;
  throw new UserError(
    'shell-failed',
    `Expected the command to end with exit code 0, got ${code}: ${command}`,
    'Its messages are above. Write `!command || true` where a failure does not matter.',
  );
}

/**
 * Changes the folder that the notebook works in. `~` is the home folder; without a folder, it goes there.
 * @throws UserError `no-such-folder`
 */
export function changeFolder(folder: string): string {
  const plain = folder.replace(/^(["'])(.*)\1$/, '$2').replace(/^~(?=\/|$)/, homedir());
  const path = resolve(plain === '' ? homedir() : plain);
  try {
    process.chdir(path);
  } catch (error) {
    throw new UserError(
      'no-such-folder',
      `Expected to change to ${path}: ${(error as Error).message}`,
      `Check the name; the notebook works in ${process.cwd()}.`,
    );
  }
  return process.cwd();
}
