/** What every verb shares: the bar, Ctrl-C, how errors and results are printed, and exit codes. */
import type { Session } from '../assembly/session';
import { isUserError } from '../config/errors';
import { createProgressBar } from '../config/progress-bar';

export type { Session };

/** Exit codes of `diff-svc`. */
export const exitCodes = { ok: 0, defect: 1, userError: 2, interrupted: 130 } as const;

/** Thrown (as `signal.reason`) and recognised when the person pressed Ctrl-C. */
class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** What a verb gives back: text for a person, the same for a program, and whether it was cut short. */
export interface VerbResult {
  readonly text: string;
  readonly json: unknown;
  readonly interrupted?: boolean;
}

/** Signals that come so soon after the first are the same one again. */
const sameSignalMs = 1000;

/**
 * Runs a verb to its end and sets the exit code. The first Ctrl-C asks it to save and stop, the second ends the process.
 * @param json print the result as JSON on stdout instead of text; errors too
 */
export async function runVerb(json: boolean, verb: (session: Session) => Promise<VerbResult>): Promise<void> {
  const bar = createProgressBar({
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    clock: () => performance.now(),
  });
  const abort = new AbortController();
  let firstMs = 0;
  const onSignal = (): void => {
    // A shell, npm and our scripts may each pass the same Ctrl-C on.
    if (abort.signal.aborted && performance.now() - firstMs < sameSignalMs) return;
    if (abort.signal.aborted) process.exit(exitCodes.interrupted);
    firstMs = performance.now();
    bar.notice('Stopping: what is done will be saved. Press Ctrl-C again to end at once.');
    abort.abort(new Interrupted());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const result = await verb({ progress: bar.report, notice: bar.notice, signal: abort.signal });
    bar.close();
    process.stdout.write(json ? `${JSON.stringify(result.json, null, 2)}\n` : `${result.text}\n`);
    if (result.interrupted) process.exitCode = exitCodes.interrupted;
  } catch (error) {
    bar.close();
    process.exitCode = reportError(error, json, abort.signal.aborted);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function reportError(error: unknown, json: boolean, aborted: boolean): number {
  if (isUserError(error)) {
    const { code, message, remedy } = error;
    if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } }, null, 2)}\n`);
    process.stderr.write(`Error: ${message.replace(/\.$/, '')}.\n${remedy}\n`);
    return exitCodes.userError;
  }
  if (aborted && error instanceof Error && (error.name === 'Interrupted' || error.name === 'AbortError')) {
    process.stderr.write('Stopped.\n');
    return exitCodes.interrupted;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: 'defect', message: String(error) } }, null, 2)}\n`,
    );
  process.stderr.write(
    `${text}\nThis is a defect of diff-svc, not of your input. Please report it with the lines above.\n`,
  );
  return exitCodes.defect;
}
