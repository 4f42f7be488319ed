/** Questions to the person at the notebook. */
import { createInterface } from 'node:readline/promises';
import { UserError } from '../config/errors';
import { kernelHost } from './output';

/**
 * Asks for a line of text: in the cell, or on the terminal.
 * @throws UserError `no-input` where nobody can answer: nbconvert, a script without a terminal, stock tslab
 */
export async function input(prompt: string, options: { readonly password?: boolean } = {}): Promise<string> {
  const host = kernelHost();
  if (host !== null) return host.input(prompt, options);
  if (!process.stdin.isTTY || process.env.JPY_PARENT_PID) {
    throw new UserError(
      'no-input',
      `Expected somebody to answer: ${prompt}`,
      'Run this in a notebook with the Diff-SVC kernel, or give the value in the cell.',
    );
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await lines.question(prompt);
  } finally {
    lines.close();
  }
}

/** Asks until the answer is yes or no; an empty answer is no. @throws UserError `no-input` */
export async function confirm(question: string): Promise<boolean> {
  for (;;) {
    const answer = (await input(`${question} [y/N] `)).trim().toLowerCase();
    if (['y', 'yes', '예', '네'].includes(answer)) return true;
    if (['', 'n', 'no', '아니요', '아니오'].includes(answer)) return false;
  }
}
