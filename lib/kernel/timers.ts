/**
 * Timers of a cell end with it when it is interrupted: a loop in a package that waits by timers, and knows nothing of our
 * interrupts, then goes no further.
 */
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ActiveCell, owningCell } from './cell';

type Callback = (...args: unknown[]) => void;
type Schedule = (callback: Callback, ...rest: unknown[]) => unknown;
type PromisedTimer = (...args: unknown[]) => Promise<unknown>;

/** Wraps the timers of Node for code in cells. Call once. */
export function installTimers(): void {
  const scope = globalThis as unknown as Record<string, Schedule>;
  const module = timers as unknown as Record<string, Schedule>;
  const promised = timersPromises as unknown as Record<string, PromisedTimer>;
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const original = scope[name]!;
    const wrapped: Schedule = (callback, ...rest) => original(endingWithCell(callback), ...rest);
    if (name !== 'setInterval') {
      const plain = promised[name]!;
      promised[name] = (...args) => untilCellEnds(plain(...args));
      Object.defineProperty(wrapped, promisify.custom, { get: () => promised[name], enumerable: true });
    }
    scope[name] = wrapped;
    module[name] = wrapped;
  }
}

/** An interrupted cell that has ended. One that unwinds may still need its timers to save. */
function isDead(cell: ActiveCell): boolean {
  return cell.stopped && cell.ended;
}

function endingWithCell(callback: Callback): Callback {
  const cell = owningCell();
  if (!cell || typeof callback !== 'function') return callback;
  return function (this: unknown, ...args) {
    if (!isDead(cell)) callback.apply(this, args);
  };
}

/** Never settles for a dead cell: whatever waits for it is dropped. */
function untilCellEnds(timer: Promise<unknown>): Promise<unknown> {
  const cell = owningCell();
  if (!cell) return timer;
  return new Promise((resolve, reject) => {
    timer.then(
      (value) => isDead(cell) || resolve(value),
      (error) => isDead(cell) || reject(error),
    );
  });
}
