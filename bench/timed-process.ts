/** A process that answers a line on stdin with one timed repeat of some work (the protocol of shared/peers). */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** One repeat: seconds, and whatever else the process measured. */
export type Repeat = Readonly<Record<string, number>>;

/** A process that is warm and waits. */
export class TimedProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    /** what it said about itself when it was ready */
    readonly greeting: Readonly<Record<string, unknown>>,
  ) {}

  /**
   * Starts a process and waits until it is warm.
   * @returns null if it cannot be started or ends before it is ready
   */
  static async start(command: string, args: readonly string[]): Promise<TimedProcess | null> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const failed = new Promise<null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', () => resolve(null));
    });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (first === null || first.done) return null;
    return new TimedProcess(child, lines, JSON.parse(first.value));
  }

  /** Has `work` done once. */
  async ask(work: string): Promise<Repeat> {
    this.child.stdin!.write(`${work}\n`);
    const answer = await this.lines.next();
    if (answer.done) throw new Error(`Expected an answer to ${work}, but the process ended`);
    return JSON.parse(answer.value);
  }

  /** Most memory that it has had so far, in MiB; NaN where the system does not say (only Linux does). */
  peakMiB(): number {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
    } catch {
      return Number.NaN;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  stop(): void {
    this.child.kill();
  }
}

/** Runs `action` with processes that are stopped afterwards; those that do not start are left out. */
export async function withProcesses<T>(
  starts: Readonly<Record<string, () => Promise<TimedProcess | null>>>,
  action: (processes: ReadonlyMap<string, TimedProcess>) => Promise<T>,
): Promise<T> {
  const processes = new Map<string, TimedProcess>();
  try {
    for (const [name, start] of Object.entries(starts)) {
      const started = await start();
      if (started) processes.set(name, started);
    }
    return await action(processes);
  } finally {
    for (const each of processes.values()) each.stop();
  }
}
