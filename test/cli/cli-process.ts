/** The built command line as a child process, as a person runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const main = join(__dirname, '../../dist/cli/main.js');

/** How a run of `diff-svc` ended. */
export interface Ended {
  /** exit code; null = ended by a signal */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run that goes on. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves as soon as stderr holds `text`; rejects if the run ends without it. */
  says(text: string): Promise<void>;
}

/** Starts `diff-svc ...args`. */
export function start(...args: string[]): Running {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout!.on('data', (text) => (out += text));
  child.stderr!.on('data', (text) => (err += text));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (err.includes(text)) resolve();
      };
      look();
      child.stderr!.on('data', look);
      child.on('close', () => reject(new Error(`Expected "${text}" on stderr, got:\n${err}`)));
    });
  return { child, ended, says };
}

/** Runs `diff-svc ...args` to its end. */
export function run(...args: string[]): Promise<Ended> {
  return start(...args).ended;
}

/** The same, for steps that must work: throws with stderr if the exit code is not 0. */
export async function runWell(...args: string[]): Promise<Ended> {
  const ended = await run(...args);
  if (ended.code !== 0) throw new Error(`diff-svc ${args.join(' ')} ended with ${ended.code}:\n${ended.err}`);
  return ended;
}
