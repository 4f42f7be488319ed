/**
 * The errors that people read. Bottom row: everything may import it.
 *
 * A `UserError` says what is wrong (the thing), which rule it breaks, and what to do about it. The CLI prints it
 * without a stack trace; a notebook cell shows it as text. Anything else that is thrown is a defect of ours.
 */

/** An error caused by input or environment, with a remedy. `code` is stable and meant for programs. */
export class UserError extends Error {
  /**
   * @param code stable identifier, kebab-case, e.g. `zip-empty`
   * @param message the thing and the rule: `Expected at least one .wav in songs.zip, found none`
   * @param remedy what the person can do now, one sentence
   */
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'UserError';
  }
}

/** Type guard that also holds across module copies (vitest, notebooks). */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError' && 'remedy' in error;
}
