/** A front end for tests: starts the built kernel and speaks the Jupyter protocol with it, from its description. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Request, Subscriber } from 'zeromq';

const program = join(__dirname, '../../dist/cli/kernel-main.js');

/** Any received message. */
export interface Received {
  readonly channel: 'shell' | 'control' | 'iopub' | 'stdin';
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of all kinds
  readonly content: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly metadata: any;
  readonly parentId: string;
  readonly buffers: readonly Buffer[];
  readonly atMs: number;
}

/** What a cell gave: its reply and all that was published for it until `idle`. */
export interface CellEnd {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: content of execute_reply
  readonly reply: any;
  readonly outputs: readonly Received[];
  /** text of stdout and of stderr */
  readonly stdout: string;
  readonly stderr: string;
  /** text/plain of execute_result; null without one */
  readonly result: string | null;
  readonly wallMs: number;
}

/** How a kernel is started. */
export interface StartOptions {
  readonly cwd?: string;
  /** empty: messages are not signed */
  readonly key?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** by default this process stands for the front end's server */
  readonly watchParent?: boolean;
  /** arguments of Node */
  readonly nodeArgs?: readonly string[];
}

/** Extra fields of an execute_request. */
export type ExecuteOptions = Readonly<Record<string, unknown>> & { readonly metadata?: object };

/** A running kernel and the front end's side of it. */
export class JupyterClient {
  readonly messages: Received[] = [];
  private readonly shell = new Dealer({ linger: 0 });
  private readonly control = new Dealer({ linger: 0 });
  private readonly stdin = new Dealer({ linger: 0 });
  private readonly iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  private readonly waiting = new Set<() => void>();
  private readonly session = randomUUID();
  /** what the kernel wrote to its own stderr */
  log = '';
  readonly exited: Promise<number | null>;

  private constructor(
    readonly child: ChildProcess,
    readonly connection: Record<string, unknown>,
    private readonly key: string,
    private readonly folder: string,
  ) {
    child.stderr!.on('data', (text) => (this.log += text));
    child.stdout!.on('data', (text) => (this.log += text));
    this.exited = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  }

  /** Starts a kernel and waits for its first answer; again with other ports if somebody took one of them meanwhile. */
  static async start(options: StartOptions = {}): Promise<JupyterClient> {
    for (let tries = 1; ; tries++) {
      const client = await JupyterClient.launch(options);
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.stop();
        if (tries === 5 || !client.log.includes('already in use')) throw error;
      }
    }
  }

  private static async launch({
    cwd,
    key = 'a key',
    env = {},
    watchParent = false,
    nodeArgs = [],
  }: StartOptions = {}): Promise<JupyterClient> {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-'));
    const [shell_port, control_port, stdin_port, iopub_port, hb_port] = await freePorts(5);
    const connection = {
      shell_port,
      control_port,
      stdin_port,
      iopub_port,
      hb_port,
      ip: '127.0.0.1',
      transport: 'tcp',
      key,
      signature_scheme: 'hmac-sha256',
    };
    const file = join(folder, 'connection.json');
    writeFileSync(file, JSON.stringify(connection));
    const child = spawn(process.execPath, ['--no-force-async-hooks-checks', ...nodeArgs, program, file], {
      cwd: cwd ?? folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, ...(watchParent ? { JPY_PARENT_PID: String(process.pid) } : {}) },
    });
    return new JupyterClient(child, connection, key, folder);
  }

  private async connect(): Promise<void> {
    const address = (name: string): string => `tcp://127.0.0.1:${this.connection[name]}`;
    for (const socket of [this.shell, this.control, this.stdin]) socket.routingId = this.session;
    this.shell.connect(address('shell_port'));
    this.control.connect(address('control_port'));
    this.stdin.connect(address('stdin_port'));
    this.iopub.connect(address('iopub_port'));
    this.iopub.subscribe();
    for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const) void this.listen(channel);
    // The subscription takes effect at some time after the connection: ask until an answer is published.
    for (let tries = 0; tries < 600; tries++) {
      const id = this.send('shell', 'kernel_info_request', {});
      const heard = await this.wait(
        (message) => message.parentId === id && message.channel === 'iopub',
        100,
      ).catch(() => null);
      if (heard) return;
      if (this.child.exitCode !== null)
        throw new Error(`The kernel ended with ${this.child.exitCode}:\n${this.log}`);
    }
    throw new Error(`No answer from the kernel:\n${this.log}`);
  }

  private async listen(channel: Received['channel']): Promise<void> {
    try {
      for await (const frames of this[channel]) this.take(channel, frames as Buffer[]);
    } catch {
      // closed
    }
  }

  private take(channel: Received['channel'], frames: Buffer[]): void {
    const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>');
    const parts = frames.slice(at + 2, at + 6);
    if (this.key && this.sign(parts) !== frames[at + 1]!.toString())
      throw new Error('a message with a wrong signature');
    const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part.toString()));
    this.messages.push({
      channel,
      type: header.msg_type,
      content,
      metadata,
      parentId: parent.msg_id ?? '',
      buffers: frames.slice(at + 6).map((frame) => Buffer.from(frame)),
      atMs: performance.now(),
    });
    for (const look of [...this.waiting]) look();
  }

  private sign(parts: readonly (Buffer | string)[]): string {
    const hmac = createHmac('sha256', this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  /** Sends a request; returns its msg_id. */
  send(
    channel: 'shell' | 'control' | 'stdin',
    type: string,
    content: object,
    options: { metadata?: object; buffers?: Buffer[] } = {},
  ): string {
    const msg_id = randomUUID();
    const header = {
      msg_id,
      msg_type: type,
      session: this.session,
      username: 'test',
      date: new Date().toISOString(),
      version: '5.3',
    };
    const parts = [header, {}, options.metadata ?? {}, content].map((part) => JSON.stringify(part));
    this.sendRaw(channel, [
      '<IDS|MSG>',
      this.key ? this.sign(parts) : '',
      ...parts,
      ...(options.buffers ?? []),
    ]);
    return msg_id;
  }

  /** Frames of a request, signed, for tests that damage them. */
  framesOf(msg_type: string, content: object): (string | Buffer)[] {
    const header = {
      msg_id: randomUUID(),
      msg_type,
      session: this.session,
      username: 'test',
      version: '5.3',
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    return ['<IDS|MSG>', this.key ? this.sign(parts) : '', ...parts];
  }

  private readonly queues = new Map<string, Promise<void>>();

  /** Sends frames as they are. */
  sendRaw(channel: 'shell' | 'control' | 'stdin', frames: (string | Buffer)[]): void {
    const before = this.queues.get(channel) ?? Promise.resolve();
    this.queues.set(
      channel,
      before.then(() => this[channel].send(frames)).catch(() => undefined),
    );
  }

  /** The first message, past or to come, for which `wanted` holds. */
  wait(wanted: (message: Received) => boolean, timeoutMs = 30_000): Promise<Received> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`Waited ${timeoutMs} ms in vain. The kernel said:\n${this.log}`));
      }, timeoutMs);
      const look = (): void => {
        const found = this.messages.find(wanted);
        if (!found) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  }

  /** Sends a request and waits for its reply. */
  async request(type: string, content: object, channel: 'shell' | 'control' = 'shell'): Promise<Received> {
    const id = this.send(channel, type, content);
    return this.wait((message) => message.parentId === id && message.channel === channel);
  }

  /** Sends a cell; returns its msg_id. */
  start(code: string, { metadata = {}, ...options }: ExecuteOptions = {}): string {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.send('shell', 'execute_request', { ...content, ...options }, { metadata });
  }

  /** Runs a cell to its end. */
  async run(code: string, options: ExecuteOptions = {}): Promise<CellEnd> {
    return this.end(this.start(code, options));
  }

  /** The end of a cell that was started. */
  async end(id: string, timeoutMs = 30_000): Promise<CellEnd> {
    const startedMs = performance.now();
    const of = (message: Received): boolean => message.parentId === id;
    const reply = await this.wait((message) => of(message) && message.type === 'execute_reply', timeoutMs);
    const idle = await this.wait(
      (m) => of(m) && m.type === 'status' && m.content.execution_state === 'idle',
      timeoutMs,
    );
    const outputs = this.messages.filter(
      (m) => of(m) && m.channel === 'iopub' && !['status', 'execute_input'].includes(m.type),
    );
    const text = (name: string): string =>
      outputs
        .filter((m) => m.type === 'stream' && m.content.name === name)
        .map((m) => m.content.text)
        .join('');
    const result = outputs.find((m) => m.type === 'execute_result')?.content.data['text/plain'] ?? null;
    const wallMs = Math.max(reply.atMs, idle.atMs) - startedMs;
    return {
      id,
      reply: reply.content,
      outputs,
      stdout: text('stdout'),
      stderr: text('stderr'),
      result,
      wallMs,
    };
  }

  /** Text of the error of a cell; empty if it ended well. */
  static errorText(end: CellEnd): string {
    return end.reply.status === 'error'
      ? [end.reply.ename, end.reply.evalue, ...end.reply.traceback].join('\n')
      : '';
  }

  /** One heartbeat. @returns milliseconds to its echo */
  async beat(timeoutMs = 5000): Promise<number> {
    const socket = new Request({ linger: 0, receiveTimeout: timeoutMs });
    socket.connect(`tcp://127.0.0.1:${this.connection.hb_port}`);
    const startedMs = performance.now();
    try {
      await socket.send('beat');
      await socket.receive();
      return performance.now() - startedMs;
    } finally {
      socket.close();
    }
  }

  interrupt(): void {
    this.send('control', 'interrupt_request', {});
  }

  /** Shuts the kernel down, by force if need be. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.send('control', 'shutdown_request', { restart: false });
      const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
      await this.exited;
      clearTimeout(late);
    }
    for (const socket of [this.shell, this.control, this.stdin, this.iopub]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
