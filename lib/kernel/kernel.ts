/** The Jupyter kernel: puts its parts together, runs until it is shut down. Imported by `cli` only. */
import { randomUUID } from 'node:crypto';
import { currentCell, REPAIR } from './cell';
import { createComms } from './comms';
import { readConnection } from './connection-file';
import { createHost } from './create-host';
import { createDispatcher } from './dispatch';
import { ExecuteQueue } from './execute-queue';
import { Executor } from './executor';
import { createFrontEndRequests } from './front-end-requests';
import { History } from './history';
import type { CellHook, KernelHost } from './host';
import { createInterrupts, type Interrupts } from './interrupts';
import { kernelInfo } from './kernel-info';
import { Language } from './language';
import { installModuleLoader } from './modules';
import { setTimeout } from './plain-timers';
import { createPublisher, type Publisher } from './publisher';
import { createRepl, type Repl } from './repl';
import { type Commands, installRuntime } from './runtime';
import { createFlags, flag } from './shared-flags';
import { changeFolder, requireSuccess, runShell } from './shell';
import { openSockets, type SocketEvents, type Sockets } from './sockets';
import { installStackTraces } from './source-maps';
import { captureProcessStreams } from './streams';
import { installTimers } from './timers';
import { createWidgets } from './widgets';
import type { Connection } from './wire';

/** What the program above adds to the kernel. */
export interface KernelOptions {
  /** make hooks that see every cell, once the host is there */
  readonly hooks?: readonly ((host: KernelHost) => CellHook)[];
}

/** The process has ended its work by then, or is stuck. */
const EXIT_AFTER_MS = 5000;

/**
 * Runs a kernel until it is shut down, then ends the process.
 * @param connectionFile path of the JSON file with ports and key
 * @throws UserError `bad-connection-file`, `cannot-bind`
 */
export async function runKernel(connectionFile: string, { hooks = [] }: KernelOptions = {}): Promise<void> {
  const connection = readConnection(connectionFile);
  const flags = createFlags();
  // An interrupt that comes before the first cell must not break off the start.
  Atomics.store(flags, flag.protected, 1);
  const repl = createRepl();
  let publisher: Publisher | null = null;
  const interrupts = createInterrupts(flags, repl.terminate, () => publisher?.flush());
  const events = createEvents(interrupts);
  const opening = openSockets(threadData(connection, flags), events);
  // While the other thread binds, this one loads the compiler: half a second that the first cell need not wait for.
  const language = new Language();
  language.check('0', process.cwd());
  const sockets = await opening;
  const onHold = (held: boolean): void => void Atomics.store(flags, flag.textWaits, held ? 1 : 0);
  publisher = createPublisher(sockets, onHold);
  const shutDown = (): Promise<void> => endProcess(sockets, publisher);
  events.onOrphaned = () => void shutDown();
  process.on('SIGTERM', () => void shutDown());
  captureOutput(publisher);
  const dispatch = assemble({ flags, interrupts, repl, language, sockets, publisher, shutDown }, hooks);
  events.onMessage = dispatch;
  Atomics.sub(flags, flag.protected, 1);
}

interface Assembly {
  readonly flags: Int32Array;
  readonly interrupts: Interrupts;
  readonly repl: Repl;
  readonly language: Language;
  readonly sockets: Sockets;
  readonly publisher: Publisher;
  shutDown(): Promise<void>;
}

function assemble(base: Assembly, makeHooks: NonNullable<KernelOptions['hooks']>): SocketEvents['onMessage'] {
  const { flags, interrupts, repl, language, sockets, publisher } = base;
  const requests = createFrontEndRequests(sockets, publisher);
  const comms = createComms(publisher);
  const hooks = new Set<CellHook>();
  const host = createHost({ publisher, requests, comms, widgets: createWidgets(comms), interrupts, hooks });
  for (const make of makeHooks) hooks.add(make(host));
  const commands = createCommands(publisher, language);
  const executor = new Executor({ language, repl, interrupts, commands, hooks, flags });
  installModuleLoader();
  installStackTraces();
  installTimers();
  installRuntime({ interrupts, commands, flags, onResult: executor.takeResult });
  const history = new History();
  const evaluate = (expression: string): Promise<unknown> => executor.evaluate(expression);
  const queue = new ExecuteQueue({ sockets, publisher, executor, history, evaluate });
  return createDispatcher({ ...base, queue, requests, comms, history });
}

/** What messages do before the kernel is complete: nothing, none can come. */
function createEvents(interrupts: Interrupts): { -readonly [K in keyof SocketEvents]: SocketEvents[K] } {
  return {
    onMessage: () => undefined,
    onInterrupt: interrupts.onInterrupt,
    onTerminated: interrupts.onTerminated,
    onOrphaned: () => process.exit(0),
    onDropped: (reason) => log(`dropped ${reason}`),
  };
}

function threadData(connection: Connection, flags: Int32Array): Parameters<typeof openSockets>[0] {
  // Set by jupyter_client. Without it nobody says that the parent is the front end's server.
  const parentPid = process.env.JPY_PARENT_PID ? process.ppid : 0;
  return { connection, session: randomUUID(), flags, parentPid, kernelInfo: kernelInfo() };
}

/** stdout, stderr and errors that nobody caught go to the cell that they come from. */
function captureOutput(publisher: Publisher): void {
  captureProcessStreams((name, chunk) => {
    const cell = currentCell();
    if (cell) publisher.write(name, chunk, cell);
    return cell !== null;
  });
  const report = (what: string) => (error: unknown) => {
    if (error === REPAIR) return;
    const text = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${what}: ${text}\n`);
  };
  process.on('uncaughtException', report('Uncaught error'));
  process.on('unhandledRejection', report('Rejected promise that nobody awaits'));
}

function createCommands(publisher: Publisher, language: Language): Commands {
  const run = async (command: string, onOut: (text: Buffer) => void): Promise<void> => {
    const cell = currentCell();
    const write = (name: 'stdout' | 'stderr', text: Buffer): void => {
      if (name === 'stdout') onOut(text);
      else if (cell) publisher.write(name, text, cell);
    };
    const code = await runShell(command, write, cell?.controller.signal);
    language.forgetModules();
    if (!cell?.controller.signal.aborted) requireSuccess(command, code);
  };
  return {
    shell: (command) => {
      const cell = currentCell();
      return run(command, (text) => cell && publisher.write('stdout', text, cell));
    },
    lines: async (command) => {
      const texts: Buffer[] = [];
      await run(command, (text) => texts.push(text));
      return Buffer.concat(texts).toString('utf8').replace(/\n$/, '').split('\n');
    },
    cd: (folder) => {
      const path = changeFolder(folder);
      const cell = currentCell();
      if (cell) publisher.write('stdout', `${path}\n`, cell);
    },
  };
}

let ending = false;

async function endProcess(sockets: Sockets, publisher: Publisher): Promise<void> {
  if (ending) return;
  ending = true;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), EXIT_AFTER_MS).unref();
  publisher.flush();
  await sockets.close();
  process.exit(0);
}

function log(line: string): void {
  process.stderr.write(`diff-svc kernel: ${line}\n`);
}
