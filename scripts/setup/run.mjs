// Runs a program with our terminal, a time limit and the right signals. Only Node's own modules: used before npm.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A set-up step that failed: what and what to do. Printed without a stack trace. */
export class SetupError extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * Runs `command` with inherited stdio and resolves to { code, signal, timedOut, missing }; never rejects.
 * Signals that we get go on to the child. Not SIGINT in a terminal: Ctrl-C reaches the whole foreground group by
 * itself, and a second one would tell a training to end without saving.
 */
export function run(command, args, { timeoutMs, env = process.env, cwd } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env, cwd });
    let timedOut = false;
    const limit =
      timeoutMs &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
      }, timeoutMs);
    const forward = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const finish = (result) => {
      clearTimeout(limit);
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve({ code: null, signal: null, timedOut, missing: false, ...result });
    };
    child.on('error', () => finish({ missing: true }));
    child.on('exit', (code, signal) => finish({ code, signal }));
  });
}

/** Ends this process as the child ended: the same exit code, or the same signal. */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
}
