/** A front end without a screen: starts our kernel and runs cells in it over the Jupyter protocol 5.4. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root';
import type { Connection, Message } from '../kernel/wire';
import { type CellReply, Channels } from './channels';

export interface KernelClient {
  /**
   * Runs a cell to its end: reply and `idle` are both in.
   * @param onMessage hears every message of iopub that belongs to the cell, and every display update
   * @throws UserError `kernel-died`
   */
  execute(code: string, onMessage: (message: Message) => void): Promise<CellReply>;
  /** Asks the running cell to end. */
  interrupt(): Promise<void>;
  /** Ends the kernel; by force if it does not end by itself. */
  shutDown(): Promise<void>;
}

/** The command of our own kernel, without the connection file that comes last. */
const OUR_KERNEL = [
  process.execPath,
  '--no-force-async-hooks-checks',
  join(packageRoot(), 'dist/cli/kernel-main.js'),
] as const;

/**
 * Starts a kernel in `folder`.
 * @param command program and arguments of another kernel; the path of the connection file is added
 * @throws UserError `kernel-did-not-start`, `kernel-died`
 */
export async function startKernel(
  folder: string,
  command: readonly [string, ...string[]] = OUR_KERNEL,
): Promise<KernelClient> {
  const temporary = await mkdtemp(join(tmpdir(), 'diff-svc-kernel-'));
  const connection = await newConnection();
  const file = join(temporary, 'connection.json');
  await writeFile(file, JSON.stringify(connection), { mode: 0o600 });
  const [program, ...words] = command;
  const child = spawn(program, [...words, file], {
    cwd: folder,
    // No widgets here to draw forms with. The parent's id lets the kernel end when this process dies.
    env: { ...process.env, DIFF_SVC_FORMS: '0', JPY_PARENT_PID: String(process.pid) },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C is ours to pass on, as an interrupt of the cell.
    detached: true,
  });
  const channels = new Channels(connection, child);
  const end = async (): Promise<void> => {
    await channels.close();
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    await channels.waitForKernel();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    execute: (code, onMessage) => channels.execute(code, onMessage),
    interrupt: () => channels.send('control', 'interrupt_request', {}).then(() => undefined),
    shutDown: end,
  };
}

async function newConnection(): Promise<Connection> {
  const ports = await freePorts(5);
  const [shell_port, control_port, stdin_port, iopub_port, hb_port] = ports as [
    number,
    number,
    number,
    number,
    number,
  ];
  const key = randomBytes(16).toString('hex');
  return {
    ...{ transport: 'tcp', ip: '127.0.0.1', key, signature_scheme: 'hmac-sha256' },
    ...{ shell_port, control_port, stdin_port, iopub_port, hb_port },
  };
}

/** Ports that were free at the same moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as { port: number }).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
