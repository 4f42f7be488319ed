/** A cell while it runs and after: what belongs to it follows its asynchronous work, however late that comes. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CellRun } from './host';
import { setImmediate } from './plain-timers';
import type { Message } from './wire';

/** What an interrupted cell sees as a thrown error, so that `finally` and `catch` can save. */
export class KeyboardInterrupt extends Error {
  constructor() {
    super('interrupted');
    this.name = 'KeyboardInterrupt';
  }
}

/** A cell's run with the kernel's own notes on it. */
export class ActiveCell implements CellRun {
  readonly controller = new AbortController();
  /** the cell has asked for its signal: it stops by itself */
  signalRead = false;
  interrupts = 0;
  /** its code is being thrown out of loops and awaits */
  stopped = false;
  /** the next await of the cell throws, once */
  owesThrow = false;
  /** an interrupt was thrown into its code, which may be saving now */
  unwinding = false;
  /** its reply is on the way */
  ended = false;
  nextInput: string | null = null;
  readonly id: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Rejects when the cell is given up. */
  readonly givenUp: Promise<never>;
  giveUp: (error: Error) => void = () => undefined;

  constructor(
    readonly request: Message,
    readonly source: string,
    readonly executionCount: number,
    readonly silent: boolean,
  ) {
    this.metadata = request.metadata;
    this.id = typeof request.metadata.cellId === 'string' ? request.metadata.cellId : null;
    this.givenUp = new Promise((_, reject) => {
      this.giveUp = reject;
    });
    this.givenUp.catch(() => undefined);
  }

  setNextInput(text: string): void {
    this.nextInput = text;
  }

  /** msg_id of the execute_request */
  get parentId(): string {
    return this.request.header.msg_id;
  }

  /** session of the front end that asked */
  get session(): string {
    return this.request.header.session ?? '';
  }

  /** Whether the front end answers input requests of this cell. */
  get allowsInput(): boolean {
    return this.request.content.allow_stdin === true;
  }
}

const storage = new AsyncLocalStorage<ActiveCell>();
let latest: ActiveCell | null = null;

/** Set while the asynchronous context is out of order: storing anything in it would make Node abort the process. */
let suspended = false;

/** Runs `work` as part of `cell`. */
export function runInCell<T>(cell: ActiveCell, work: () => T): T {
  return suspended ? work() : storage.run(cell, work);
}

/** Names the cell that takes what no other cell owns: the one that started last. */
export function setLatestCell(cell: ActiveCell): void {
  latest = cell;
}

/** The cell that the running code belongs to; null before the first cell. */
export function currentCell(): ActiveCell | null {
  return storage.getStore() ?? latest;
}

/** The same, without a guess: null for code that no cell started. */
export function owningCell(): ActiveCell | null {
  return storage.getStore() ?? null;
}

/**
 * Breaks off the code that runs on this thread. Called by the inspector in the middle of that code.
 *
 * With asynchronous hooks at work Node checks, and aborts the process, when a callback did not end in order: they are
 * turned off before.
 * @param terminate asks V8 to break off; it does so as soon as the interrupted code goes on
 * @param anywhere also inside Node's or the kernel's functions that the code has called; their work is then left half done
 * @returns false: not at this moment, try again
 */
export function breakOff(terminate: () => void, anywhere: boolean): boolean {
  if (!mayBreakOff(interruptedFiles(), anywhere)) return false;
  suspended = true;
  storage.disable();
  terminate();
  return true;
}

/** Without code of a cell there, V8 would wait and break off whatever comes next, maybe the kernel itself. */
function mayBreakOff(files: readonly string[], anywhere: boolean): boolean {
  const isForeign = (file: string): boolean => file.startsWith('node:') || file.startsWith(__dirname);
  if (!files.some((file) => !isForeign(file))) return false;
  // Inside the handling of hooks they cannot be turned off.
  if (files.some((file) => HOOKS.test(file))) return false;
  return anywhere || !isForeign(files[0]!);
}

const HOOKS =
  /^node:(internal\/(async_hooks|promise_hooks|async_local_storage|async_context_frame)|async_hooks)/;

/** Files of the functions that are running, innermost first, without ours and the inspector's call of them. */
function interruptedFiles(): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 200;
  Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getFileName() ?? '');
  const files = new Error().stack as unknown as string[];
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  return files.slice(files.findIndex((file) => !file.startsWith(__dirname)) + 1);
}

/**
 * Brings Node's own notes on running callbacks in order after code was broken off: handling an uncaught error does so
 * (lib/internal/process/execution.js, `clearAsyncIdStack`). The kernel's handler of uncaught errors ignores the token.
 */
export function repairContext(): void {
  setImmediate(() => {
    throw REPAIR;
  });
  setImmediate(() => {
    suspended = false;
  });
}

/** What `repairContext` throws. */
export const REPAIR = new Error('repair of the asynchronous context');
