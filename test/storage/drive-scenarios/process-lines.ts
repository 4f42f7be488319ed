/** A child program whose lines are collected. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How it ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class LineProcess {
  readonly lines: string[] = [];
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;
  private readonly waiting: { readonly pattern: RegExp; readonly found: (line: string) => void }[] = [];

  /** @param program TypeScript file beside this one */
  constructor(program: string, args: readonly string[], onLine: (line: string) => void = () => undefined) {
    const file = join(__dirname, program);
    this.child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const reader = createInterface({ input: this.child.stdout! });
    reader.on('line', (line) => {
      this.lines.push(line);
      onLine(line);
      for (const { pattern, found } of this.waiting) if (pattern.test(line)) found(line);
    });
    this.child.stdin!.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** The first line, past or to come, that matches; rejects if the process ends without. */
  line(pattern: RegExp): Promise<string> {
    const past = this.lines.find((line) => pattern.test(line));
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      this.waiting.push({ pattern, found: resolve });
      void this.ended.then(() =>
        reject(new Error(`Expected a line ${pattern}, got ${this.lines.join('\n')}`)),
      );
    });
  }

  /** Lets a paced client go on. */
  next(): void {
    this.child.stdin!.write('\n');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** @throws Error unless it ended by itself, well */
  async success(): Promise<void> {
    const { code, signal } = await this.ended;
    if (code !== 0) throw new Error(`Expected exit code 0, got ${code ?? signal}:\n${this.lines.join('\n')}`);
  }
}
