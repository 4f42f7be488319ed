/**
 * The thread that owns the sockets. It answers while cells keep the main thread busy: heartbeat, kernel_info, interrupt,
 * shutdown; and it notices when the front end's server has died. Started by `sockets.ts` as a worker.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Publisher, Reply, Router } from 'zeromq';
import { createInterrupter } from './interrupter';
import { createSendQueue } from './send-queue';
import { flag, pollFor } from './shared-flags';
import {
  type Channel,
  copyFrames,
  type FromSockets,
  type SocketThreadData,
  type ToSockets,
} from './thread-messages';
import { isSignedBy, type Message, readMessage, splitFrames, writeMessage } from './wire';

const PARENT_CHECK_MS = 1000;
const TEXT_CHECK_MS = 100;
/** How long a shutdown waits for a main thread that does not answer. */
const SHUTDOWN_GRACE_MS = 3500;

const { connection, session, flags, parentPid, kernelInfo, signals } = workerData as SocketThreadData & {
  signals: MessagePort;
};
const port = parentPort!;
const tell = (message: FromSockets): void => port.postMessage(message);

// High-water mark 0: nothing is ever dropped; the protocol has no way to ask for it again.
const unlimited = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 };
const sockets = {
  iopub: new Publisher({ sendHighWaterMark: 0, linger: 1000 }),
  shell: new Router(unlimited),
  control: new Router(unlimited),
  stdin: new Router(unlimited),
};
const heartbeat = new Reply({ linger: 0 });
const queues = {
  iopub: createSendQueue(sockets.iopub),
  shell: createSendQueue(sockets.shell),
  control: createSendQueue(sockets.control),
  stdin: createSendQueue(sockets.stdin),
};
const interrupter = createInterrupter(flags, tell);
signals.on('message', () => interrupter.interrupt());

/** Binds everything; resolves when a front end may connect. */
async function bind(): Promise<void> {
  const address = (number: number): string =>
    connection.transport === 'ipc'
      ? `ipc://${connection.ip}-${number}`
      : `${connection.transport}://${connection.ip}:${number}`;
  await Promise.all([
    sockets.iopub.bind(address(connection.iopub_port)),
    sockets.shell.bind(address(connection.shell_port)),
    sockets.control.bind(address(connection.control_port)),
    sockets.stdin.bind(address(connection.stdin_port)),
    heartbeat.bind(address(connection.hb_port)),
  ]);
}

async function echoHeartbeat(): Promise<void> {
  for await (const beat of heartbeat) await heartbeat.send(beat);
}

async function receive(channel: 'shell' | 'control' | 'stdin'): Promise<void> {
  for await (const frames of sockets[channel]) {
    try {
      handle(channel, frames);
    } catch (error) {
      tell({ kind: 'dropped', reason: `${channel}: ${(error as Error).message}` });
    }
  }
}

/** @throws WireError for what is no message */
function handle(channel: 'shell' | 'control' | 'stdin', frames: readonly Uint8Array[]): void {
  const raw = splitFrames(frames);
  if (!isSignedBy(raw, connection)) {
    tell({ kind: 'dropped', reason: `${channel}: a message whose signature does not fit the key` });
    return;
  }
  // The small requests that must be answered whatever the main thread does; of the others only the type is looked at.
  const small = raw.parts[3]!.length < 10_000 && raw.parts[0]!.length < 10_000;
  const message = small ? readMessage(raw) : null;
  const type = message?.header.msg_type;
  if (type === 'kernel_info_request') answer(channel, message!, 'kernel_info_reply', kernelInfo);
  else if (type === 'interrupt_request') {
    interrupter.interrupt();
    answer(channel, message!, 'interrupt_reply', { status: 'ok' });
  } else {
    if (type === 'shutdown_request') stuck ??= setTimeout(endStuckProcess, SHUTDOWN_GRACE_MS, message!);
    const copies = copyFrames(frames);
    port.postMessage(
      { kind: 'received', channel, frames: copies } satisfies FromSockets,
      copies.map((copy) => copy.buffer as ArrayBuffer),
    );
  }
}

function answer(channel: Channel, to: Message, type: string, content: object): void {
  const status = (state: string): void => publish(to, 'status', { execution_state: state });
  status('busy');
  const reply = { identities: to.identities, type, content, parent: to.header };
  queues[channel].add(writeMessage(reply, connection, session));
  status('idle');
}

function publish(parent: Message, type: string, content: object): void {
  const message = { identities: [type], type, content, parent: parent.header };
  queues.iopub.add(writeMessage(message, connection, session));
}

/** Runs while a shutdown waits for the main thread. */
let stuck: NodeJS.Timeout | null = null;

/** The main thread has not ended by itself: a loop holds it. The front end still gets its reply. */
function endStuckProcess(request: Message): void {
  const restart = request.content.restart === true;
  answer('control', request, 'shutdown_reply', { status: 'ok', restart });
  void Promise.all(Object.values(queues).map((queue) => queue.drained())).then(() =>
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50),
  );
}

/** An orphan takes memory and maybe a GPU for ever; nobody can reach it any more. */
function watchParent(): void {
  if (parentPid <= 1) return;
  const timer = setInterval(() => {
    if (process.ppid === parentPid) return;
    clearInterval(timer);
    tell({ kind: 'orphaned' });
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), SHUTDOWN_GRACE_MS);
  }, PARENT_CHECK_MS);
}

/** Text that is still held back at the second look: a loop keeps the timer from running that would send it. */
function watchText(): void {
  let waited = false;
  setInterval(() => {
    const waits = Atomics.load(flags, flag.textWaits) === 1;
    if (waits && waited) Atomics.or(flags, flag.poll, pollFor.text);
    waited = waits;
  }, TEXT_CHECK_MS);
}

async function close(): Promise<void> {
  if (stuck) clearTimeout(stuck);
  await Promise.all(Object.values(queues).map((queue) => queue.drained()));
  interrupter.close();
  for (const socket of [...Object.values(sockets), heartbeat]) socket.close();
  tell({ kind: 'closed' });
}

port.on('message', (message: ToSockets) => {
  if (message.kind === 'send') queues[message.channel].add(message.frames);
  else if (message.kind === 'echo') setImmediate(tell, { kind: 'echo' } satisfies FromSockets);
  else void close();
});

bind().then(
  () => {
    // Before any answer: a front end takes the last status that it hears.
    const starting = {
      identities: ['status'],
      type: 'status',
      content: { execution_state: 'starting' },
      parent: null,
    };
    queues.iopub.add(writeMessage(starting, connection, session));
    tell({ kind: 'bound' });
    watchParent();
    watchText();
    void echoHeartbeat().catch(() => undefined);
    for (const channel of ['shell', 'control', 'stdin'] as const)
      void receive(channel).catch(() => undefined);
  },
  (error: Error) => tell({ kind: 'cannot-bind', reason: error.message }),
);
