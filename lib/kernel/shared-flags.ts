/**
 * Numbers that the kernel's threads share: the one way to reach a main thread that is busy in a loop, and for it to say
 * what must not be broken off.
 */

/** Index of each number. */
export const flag = {
  /** counts interrupts that came in */
  requested: 0,
  /** the last interrupt that the main thread has seen */
  seen: 1,
  /** bits of `pollFor`: what code in cells must see to at its next loop iteration */
  poll: 2,
  /** 1: the running cell stops by itself when its signal aborts */
  cooperative: 3,
  /** above 0: the main thread is in work that must not be broken off (type checker, loading of modules) */
  protected: 4,
  /** 1: printed text is held back for more to come */
  textWaits: 5,
} as const;

/** Reasons to set `flag.poll`. */
export const pollFor = { interrupt: 1, text: 2 } as const;

/** Fresh numbers, all 0, that can be handed to another thread. */
export function createFlags(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * Object.keys(flag).length));
}

/** Runs `work`, which must not be broken off by an interrupt; it may throw. */
export function protectedFromInterrupt<T>(flags: Int32Array, work: () => T): T {
  Atomics.add(flags, flag.protected, 1);
  try {
    return work();
  } finally {
    Atomics.sub(flags, flag.protected, 1);
  }
}
