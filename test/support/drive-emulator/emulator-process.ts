/** Starts `emulator-child.ts`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AdminClient } from './admin-client';
import type { EmulatorOptions } from './emulator';

/** An emulator in a process of its own. */
export class EmulatorProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly admin: AdminClient,
  ) {}

  static async start(options: Omit<EmulatorOptions, 'random'> = {}): Promise<EmulatorProcess> {
    const args = ['--import', 'tsx', join(__dirname, 'emulator-child.ts'), JSON.stringify(options)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout! });
    const [url] = await once(lines, 'line');
    return new EmulatorProcess(child, new AdminClient(url));
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin!.end();
    await ended;
  }
}
