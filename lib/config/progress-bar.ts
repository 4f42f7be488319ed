/** A progress bar on stderr: rate and ETA, redrawn in place on a terminal, one line now and then elsewhere. */
import type { OnProgress, Progress } from './progress';

/** Where the bar is drawn and what time it is. */
export interface BarOptions {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** milliseconds, monotonic */
  readonly clock: () => number;
}

const terminalIntervalMs = 100;
const plainIntervalMs = 10_000;
const barWidth = 24;

/** A bar that many pieces of work report to, one after the other. */
export interface ProgressBar {
  readonly report: OnProgress;
  /** prints a line above the bar */
  readonly notice: (message: string) => void;
  /** ends the current line, so that other output starts on a fresh one */
  readonly close: () => void;
}

/** Creates a bar. A report with a new `label` starts a new line. */
export function createProgressBar(options: BarOptions): ProgressBar {
  let started: { label: string; sinceMs: number; from: number } | undefined;
  let last: { atMs: number; text: string; finished: boolean } | undefined;

  const endLine = (): void => {
    if (options.isTerminal && last !== undefined) options.write('\n');
    last = undefined;
  };

  const report = (progress: Progress): void => {
    const now = options.clock();
    if (started?.label !== progress.label) {
      endLine();
      started = { label: progress.label, sinceMs: now, from: progress.done };
    }
    const finished = progress.done >= progress.total;
    const interval = options.isTerminal ? terminalIntervalMs : plainIntervalMs;
    if (last && (last.finished || (!finished && now - last.atMs < interval))) return;
    const text = formatProgress(
      progress,
      (progress.done - started.from) / Math.max(1e-3, (now - started.sinceMs) / 1000),
    );
    options.write(options.isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);
    last = { atMs: now, text, finished };
  };

  const notice = (message: string): void => {
    options.write(options.isTerminal ? `\r\x1b[2K${message}\n${last?.text ?? ''}` : `${message}\n`);
  };

  return { report, notice, close: endLine };
}

/**
 * One line: label, bar, counts, rate, ETA, note.
 * @param perSecond units per second since the work began
 */
export function formatProgress(progress: Progress, perSecond: number): string {
  const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 1;
  const full = Math.round(share * barWidth);
  const bar = '█'.repeat(full) + '·'.repeat(barWidth - full);
  const left = progress.total - progress.done;
  const eta = left > 0 && perSecond > 0 ? ` · ${formatDuration(left / perSecond)} left` : '';
  const rate = perSecond > 0 ? ` · ${formatRate(perSecond)} ${progress.unit}/s` : '';
  const note = progress.note ? ` · ${progress.note}` : '';
  return `${progress.label.padEnd(10)} ${bar} ${formatCounts(progress, '/')}${rate}${eta}${note}`;
}

/** `3/20`, or `8.0/23.1` where the total is no whole number (megabytes). */
export function formatCounts({ done, total }: Progress, between: string): string {
  if (!Number.isInteger(total)) return `${done.toFixed(1)}${between}${total.toFixed(1)}`;
  return `${Math.floor(done)}${between}${total}`;
}

/** Units per second with two or three digits. */
export function formatRate(perSecond: number): string {
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toPrecision(2);
}

/** Seconds as `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
