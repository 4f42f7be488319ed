/** Interrupts on the main thread: what an interrupt does to the running cell, and how its code notices. */
import { type ActiveCell, breakOff, KeyboardInterrupt, owningCell, repairContext, runInCell } from './cell';
import { interruptChildren } from './child-processes';
import { BREAK_OFF, COOPERATIVE_GRACE_MS } from './interrupter';
import { setTimeout } from './plain-timers';
import { flag, pollFor } from './shared-flags';

/** A cell whose code has not noticed an interrupt by then is given up. */
const NOTICE_MS = 50;

/** See `createInterrupts`. */
export interface Interrupts {
  /** Names the running cell; null: none runs. */
  setRunning(cell: ActiveCell | null): void;
  /** An interrupt came in. */
  onInterrupt(): void;
  /** Code that was stuck has been broken off by V8. */
  onTerminated(): void;
  /** Number of interrupts that stopped cells so far: loops compare it with what it was when they began. */
  enter(): number;
  /** At each iteration of a loop that began at `entered`. @throws KeyboardInterrupt */
  poll(entered: number): void;
  /** After each await. @throws KeyboardInterrupt */
  afterAwait(): void;
  /** The running cell has asked for its signal. */
  signalWasRead(cell: ActiveCell): void;
}

/**
 * @param flags numbers shared with the socket thread
 * @param terminate asks V8 to break off the running code
 * @param releaseText sends what was printed and is held back
 */
export function createInterrupts(
  flags: Int32Array,
  terminate: () => void,
  releaseText: () => void,
): Interrupts {
  let running: ActiveCell | null = null;
  let stops = 0;
  let someOwes = false;

  const stop = (cell: ActiveCell): void => {
    const again = cell.stopped;
    cell.stopped = true;
    cell.owesThrow = true;
    someOwes = true;
    stops++;
    interruptChildren();
    const giveUp = (): void => cell.giveUp(new KeyboardInterrupt());
    setTimeout(() => {
      // code that was thrown out may be saving
      if (again || !cell.unwinding) giveUp();
      else setTimeout(giveUp, COOPERATIVE_GRACE_MS).unref();
    }, NOTICE_MS);
  };
  const throwInto = (cell: ActiveCell): never => {
    cell.unwinding = true;
    // whichever place notices first: the awaits of a `finally` that saves must not throw again
    cell.owesThrow = false;
    throw new KeyboardInterrupt();
  };
  const stopLate = (cell: ActiveCell): void => {
    if (running !== cell || cell.stopped) return;
    flags[flag.poll] = pollFor.interrupt;
    stop(cell);
  };
  const onInterrupt = (): void => {
    if (flags[flag.seen] === flags[flag.requested]) return;
    flags[flag.seen] = flags[flag.requested]!;
    const cell = running;
    if (!cell) {
      flags[flag.poll] = 0;
      return;
    }
    cell.interrupts++;
    const cooperative = isCooperative(cell) && cell.interrupts === 1;
    runInCell(cell, () => {
      cell.controller.abort(new KeyboardInterrupt());
      tellListeners();
    });
    flags[flag.poll] = cooperative ? 0 : pollFor.interrupt;
    if (!cooperative) stop(cell);
    else setTimeout(stopLate, COOPERATIVE_GRACE_MS, cell).unref();
  };
  const stoppedHere = (): ActiveCell | null => {
    if (flags[flag.seen] !== flags[flag.requested]) onInterrupt();
    const cell = owningCell() ?? running;
    return cell?.stopped ? cell : null;
  };
  (globalThis as Record<symbol, unknown>)[Symbol.for(BREAK_OFF)] = (anywhere: boolean) =>
    flags[flag.protected] === 0 && breakOff(terminate, anywhere);
  return {
    setRunning: (cell) => {
      running = cell;
      flags[flag.cooperative] = 0;
      flags[flag.poll] = 0;
    },
    onInterrupt,
    onTerminated: () => {
      repairContext();
      onInterrupt();
      if (running && !running.stopped) stop(running);
      running?.giveUp(new KeyboardInterrupt());
    },
    enter: () => stops,
    poll: (entered) => {
      if (flags[flag.poll] === 0) return;
      if (Atomics.and(flags, flag.poll, ~pollFor.text) & pollFor.text) releaseText();
      const cell = stoppedHere();
      if (cell && entered < stops) throwInto(cell);
    },
    afterAwait: () => {
      if (flags[flag.poll] === 0 && !someOwes) return;
      const cell = stoppedHere();
      if (cell?.owesThrow) throwInto(cell);
    },
    signalWasRead: (cell) => {
      cell.signalRead = true;
      if (cell === running) flags[flag.cooperative] = 1;
    },
  };
}

/** Whether the cell has promised to stop by itself: it took its signal, or listens for SIGINT as a program does. */
function isCooperative(cell: ActiveCell): boolean {
  return cell.signalRead || userListeners().length > 0;
}

/** The first listener is the kernel's own, which does nothing. */
function userListeners(): ((signal: 'SIGINT') => void)[] {
  return process.listeners('SIGINT').slice(1) as ((signal: 'SIGINT') => void)[];
}

/** Libraries that save on Ctrl-C do so in a cell as well. `rawListeners` keeps `once` working. */
function tellListeners(): void {
  for (const listener of process.rawListeners('SIGINT').slice(1))
    (listener as (signal: string) => void)('SIGINT');
}
