/** Runs a program with a time limit. Used by provisioning and doctor; needs nothing but Node. */
import { spawn } from 'node:child_process';

/** How a program ended. `missing`: it could not be started at all (not installed, not executable). */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly missing: boolean;
}

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** called every `TICK_MS` with the time used so far: progress for a person who waits */
  readonly onTick?: (elapsedMs: number) => void;
}

const TICK_MS = 5_000;
const GRACE_MS = 2_000;

/** Runs `command`; never rejects. After `timeoutMs` it gets SIGTERM, two seconds later SIGKILL. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { timeoutMs, env, cwd = '/', onTick } = options;
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));

    const killNow = () => child.kill('SIGKILL');
    process.once('exit', killNow);
    const tick = onTick && setInterval(() => onTick(Date.now() - started), TICK_MS);
    const limit = setTimeout(() => {
      timedOut = true;
      child.kill('SIGTERM');
      setTimeout(killNow, GRACE_MS).unref();
    }, timeoutMs);
    const finish = (code: number | null, missing = false) => {
      clearTimeout(limit);
      clearInterval(tick);
      process.off('exit', killNow);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, ...out, timedOut, missing });
    };
    child.on('error', () => finish(null, true));
    child.on('close', (code) => finish(code));
    // A killed program's own children may hold the pipes open, then `close` would not come for a long time.
    child.on('exit', (code) => timedOut && finish(code));
  });
}

/** The last `count` lines that are not empty: what a compiler or pip said at the end, for an error message. */
export function lastLines(text: string, count = 3): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join(' | ');
}

/** The message in what Node prints for an uncaught error; undefined when there is none. */
export function errorLine(stderr: string): string | undefined {
  return /^.*Error: (.*)$/m.exec(stderr)?.[1];
}
