/** The main thread's end of the sockets: starts the threads, sends, hands on what comes in. */
import { extname, join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { UserError } from '../config/errors';
import type { Channel, FromSockets, SocketThreadData, ToSockets } from './thread-messages';
import { type Message, type Outgoing, readMessage, splitFrames, writeMessage } from './wire';

/** What happens to the sockets. */
export interface SocketEvents {
  onMessage(channel: Channel, message: Message): void;
  onInterrupt(): void;
  /** code that did not look for interrupts has been broken off */
  onTerminated(): void;
  onOrphaned(): void;
  /** a message was dropped; `reason` is for the log */
  onDropped(reason: string): void;
}

/** The open sockets. */
export interface Sockets {
  send(channel: Channel, message: Outgoing): void;
  /** Resolves when every message that had come in at the time of the call was handed on. */
  settled(): Promise<void>;
  /** Resolves when everything is sent and the sockets are closed. */
  close(): Promise<void>;
}

/**
 * Opens the sockets of a connection file in a thread of its own, and a second thread that waits for SIGINT.
 * @throws UserError `cannot-bind` if an address is taken
 */
export async function openSockets(data: SocketThreadData, events: SocketEvents): Promise<Sockets> {
  const signals = new MessageChannel();
  const worker = new Worker(threadFile('socket-thread'), {
    workerData: { ...data, signals: signals.port1 },
    transferList: [signals.port1],
  });
  // A listener of ours keeps Node's own handler from being removed when a cell takes its listener away.
  process.on('SIGINT', () => undefined);
  const watcher = new Worker(threadFile('signal-thread'), {
    workerData: signals.port2,
    transferList: [signals.port2],
  });
  const echoes: (() => void)[] = [];
  let whenClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    whenClosed = resolve;
  });
  const tell = (message: ToSockets): void => worker.postMessage(message);
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: FromSockets) => {
      if (message.kind === 'bound') resolve();
      else if (message.kind === 'cannot-bind') reject(bindError(data, message.reason));
      else if (message.kind === 'closed') whenClosed();
      else if (message.kind === 'echo') echoes.shift()?.();
      else handOn(message, events);
    });
  });
  return {
    send: (channel, message) =>
      tell({ kind: 'send', channel, frames: writeMessage(message, data.connection, data.session) }),
    settled: () =>
      new Promise((resolve) => {
        echoes.push(resolve);
        tell({ kind: 'echo' });
      }),
    close: async () => {
      tell({ kind: 'close' });
      await closed;
      await Promise.all([worker.terminate(), watcher.terminate()]);
    },
  };
}

function handOn(message: FromSockets, events: SocketEvents): void {
  if (message.kind === 'received') {
    try {
      events.onMessage(message.channel, readMessage(splitFrames(message.frames)));
    } catch (error) {
      events.onDropped((error as Error).message);
    }
  } else if (message.kind === 'interrupt') events.onInterrupt();
  else if (message.kind === 'terminated') events.onTerminated();
  else if (message.kind === 'orphaned') events.onOrphaned();
  else if (message.kind === 'dropped') events.onDropped(message.reason);
}

function bindError(data: SocketThreadData, reason: string): UserError {
  const { ip, shell_port } = data.connection;
  return new UserError(
    'cannot-bind',
    `Expected the ports of the connection file (${ip}, shell ${shell_port}) to be free: ${reason}`,
    'Start the kernel again; the front end then chooses other ports.',
  );
}

/** Compiled and, in tests, as source. */
function threadFile(name: string): string {
  return join(__dirname, `${name}${extname(__filename)}`);
}
