/** What every refusal of the command line has in common. */
import { expect } from 'vitest';
import { type Ended, run } from './cli-process';

/** An error as `--json` prints it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Runs `diff-svc ...args --json` and expects wrong input: exit code 2, the error as the only JSON on stdout, message and
 * remedy for a person on stderr, no stack.
 */
export async function refusal(...args: string[]): Promise<Refusal> {
  return expectRefused(await run(...args, '--json'));
}

/** The same for a run that has ended. */
export function expectRefused({ code, out, err }: Ended): Refusal {
  expect(code, err).toBe(2);
  const { error } = JSON.parse(out) as { error: Refusal };
  expect(err).toContain(`Error: ${error.message}.\n${error.remedy}\n`);
  expect(error.remedy).not.toBe('');
  expect(err).not.toMatch(/^\s+at /m);
  return error;
}
