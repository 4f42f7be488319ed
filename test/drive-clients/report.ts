/** What the programs that are run here say and how they end. */
import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program; its output is kept, not shown. @param seconds after which it is killed */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly seconds?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const { env = process.env, cwd, seconds = 120 } = options;
    const child = spawn(command, args, { env, ...(cwd ? { cwd } : {}), stdio: ['ignore', 'pipe', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', (error) => {
      clearTimeout(limit);
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? 128, output });
    });
  });
}

/** A check that failed. */
export class CheckFailed extends Error {}

/** Prints `ok NAME`. @throws CheckFailed */
export function check(name: string, condition: boolean, details = ''): void {
  if (!condition) throw new CheckFailed(`${name}\n${details}`);
  console.log(`ok ${name}`);
}

/** A program that cannot be had on this machine: said loudly, not failed. */
export class NotHere extends Error {}
