/** The client's side of a kernel's channels: requests, their replies, and what is published for them. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Dealer, Subscriber } from 'zeromq';
import { UserError } from '../config/errors';
import {
  type Connection,
  isSignedBy,
  type Json,
  type Message,
  readMessage,
  splitFrames,
  writeMessage,
} from '../kernel/wire';

/** How a cell ended. */
export interface CellReply {
  readonly status: 'ok' | 'error' | 'aborted';
  readonly executionCount: number | null;
  readonly ename: string;
  readonly evalue: string;
}

const START_TIMEOUT_MS = 60_000;
const SHUTDOWN_TIMEOUT_MS = 5_000;

/** One pending request on the shell or control channel. */
interface Pending {
  readonly onIopub: (message: Message) => void;
  readonly onReply: (message: Message) => void;
}

/** The channels of the client's side, and what waits on them. */
export class Channels {
  private readonly session = randomUUID();
  private readonly shell = new Dealer({ linger: 0 });
  private readonly control = new Dealer({ linger: 0 });
  private readonly iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  private readonly pending = new Map<string, Pending>();
  private died: (error: Error) => void = () => undefined;
  private readonly death: Promise<never>;
  private stderr = '';
  private ended = false;

  constructor(
    private readonly connection: Connection,
    private readonly child: ChildProcess,
  ) {
    const address = (port: number): string => `${connection.transport}://${connection.ip}:${port}`;
    this.shell.connect(address(connection.shell_port));
    this.control.connect(address(connection.control_port));
    this.iopub.connect(address(connection.iopub_port));
    this.iopub.subscribe();
    this.death = new Promise((_, reject) => {
      this.died = reject;
    });
    this.death.catch(() => undefined);
    child.stderr?.on('data', (text: Buffer) => {
      this.stderr = (this.stderr + text.toString('utf8')).slice(-4000);
    });
    child.on('exit', (code, signal) => this.died(kernelDied(code, signal, this.stderr)));
    for (const socket of [this.shell, this.control])
      void this.listen(socket, (message) => this.onReply(message));
    void this.listen(this.iopub, (message) => this.onIopub(message));
  }

  /** Sends a request. @returns its reply */
  send(
    channel: 'shell' | 'control',
    type: string,
    content: object,
    onIopub: Pending['onIopub'] = () => undefined,
  ): Promise<Message> {
    const frames = writeMessage(
      { identities: [], type, content, parent: null },
      this.connection,
      this.session,
    );
    // Delimiter, signature, header: the id is in what was just written.
    const { msg_id: id } = JSON.parse(String(frames[2])) as { msg_id: string };
    const reply = new Promise<Message>((resolve) => this.pending.set(id, { onIopub, onReply: resolve }));
    const sent = this[channel].send(frames as (Buffer | string)[]);
    return Promise.race([sent.then(() => reply), this.death]);
  }

  /** Waits until requests are answered and iopub is heard. */
  async waitForKernel(): Promise<void> {
    let heard = false;
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      this.died(
        new UserError(
          'kernel-did-not-start',
          'Expected the kernel to answer within a minute',
          'Run `npm run build`, then try again.',
        ),
      );
    }, START_TIMEOUT_MS);
    try {
      // What is published before the subscription has arrived is lost, so the question is asked again.
      while (!heard && !late) {
        await this.send('shell', 'kernel_info_request', {}, () => {
          heard = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  async execute(code: string, onMessage: (message: Message) => void): Promise<CellReply> {
    let idle: () => void = () => undefined;
    const isIdle = new Promise<void>((resolve) => {
      idle = resolve;
    });
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const reply = await this.send('shell', 'execute_request', content, (message) => {
      onMessage(message);
      if (message.header.msg_type === 'status' && message.content.execution_state === 'idle') idle();
    });
    await Promise.race([isIdle, this.death]);
    const { status, execution_count, ename, evalue } = reply.content;
    return {
      status: status as CellReply['status'],
      executionCount: typeof execution_count === 'number' ? execution_count : null,
      ename: String(ename ?? ''),
      evalue: String(evalue ?? ''),
    };
  }

  async close(): Promise<void> {
    const exited = new Promise<void>((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve();
      else this.child.once('exit', () => resolve());
    });
    void this.send('control', 'shutdown_request', { restart: false }).catch(() => undefined);
    const force = setTimeout(() => this.child.kill('SIGKILL'), SHUTDOWN_TIMEOUT_MS);
    await exited;
    clearTimeout(force);
    this.ended = true;
    for (const socket of [this.shell, this.control, this.iopub]) socket.close();
  }

  private onReply(message: Message): void {
    const id = String(message.parentHeader.msg_id);
    this.pending.get(id)?.onReply(message);
  }

  private onIopub(message: Message): void {
    const { msg_type } = message.header;
    if (msg_type === 'comm_open') void this.refuseComm(message.content);
    if (msg_type === 'update_display_data')
      for (const pending of this.pending.values()) pending.onIopub(message);
    else this.pending.get(String(message.parentHeader.msg_id))?.onIopub(message);
  }

  /** Nothing here can show a widget; saying so lets the kernel show text and HTML in its place. */
  private async refuseComm({ comm_id }: Json): Promise<void> {
    const content = { comm_id, data: {} };
    const frames = writeMessage(
      { identities: [], type: 'comm_close', content, parent: null },
      this.connection,
      this.session,
    );
    await this.shell.send(frames as (Buffer | string)[]);
  }

  private async listen(socket: Dealer | Subscriber, take: (message: Message) => void): Promise<void> {
    try {
      for await (const frames of socket) {
        const raw = splitFrames(frames);
        if (isSignedBy(raw, this.connection)) take(readMessage(raw));
      }
    } catch (error) {
      if (!this.ended) this.died(error as Error);
    }
  }
}

function kernelDied(code: number | null, signal: string | null, stderr: string): UserError {
  const how = signal === null ? `exit code ${code}` : signal;
  const last = stderr.trim() === '' ? '' : `. Its last words:\n${stderr.trim()}`;
  return new UserError(
    'kernel-died',
    `Expected the kernel to live, it ended with ${how}${last}`,
    'What the cells had put out is saved.',
  );
}
