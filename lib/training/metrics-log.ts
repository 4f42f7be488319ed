/** metrics.jsonl beside the checkpoints: one line per log interval, for curves and for programs. */
import { appendFile, readFile } from 'node:fs/promises';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';

/** One line of the log. */
export interface MetricsLine {
  /** updates done */
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly stepsPerSecond: number;
  readonly validationLoss?: number;
}

/** Appends one line. @throws UserError `log-not-written` */
export async function appendMetrics(path: string, line: MetricsLine): Promise<void> {
  try {
    await appendFile(path, `${JSON.stringify(line)}\n`);
  } catch (cause) {
    throw new UserError(
      'log-not-written',
      `Expected to append to ${path}, the system said: ${(cause as Error).message}`,
      'Make room on the disk; then go on from the last checkpoint with --resume latest.',
      { cause },
    );
  }
}

/**
 * Cuts lines of a future that a resume from `step` will write again, and a line torn by a kill.
 * @param step updates done in the checkpoint that training goes on from
 */
export async function truncateMetrics(path: string, step: number): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const kept = text.split('\n').filter((line) => {
    const parsed = parseLine(line);
    return parsed !== undefined && parsed.step <= step;
  });
  await writeFileAtomic(path, Buffer.from(kept.map((line) => `${line}\n`).join('')));
}

function parseLine(line: string): MetricsLine | undefined {
  try {
    return JSON.parse(line) as MetricsLine;
  } catch {
    return undefined;
  }
}
