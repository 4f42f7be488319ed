/** One layer of repeats for everything that goes over a network, with a clock from outside. */
import { setTimeout as wait } from 'node:timers/promises';

/** Time as an argument: tests advance it, programs pass `systemClock`. */
export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** resolves after `ms`; rejects with the signal's reason when aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
    signal?.throwIfAborted();
  },
};

/** What a failure asks for: null = give up; else wait, at least `afterMs` where the server named a time. */
export type Verdict = { readonly afterMs: number | null } | null;

/** How repeats go. */
export interface RetryRules {
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  /** no repeat begins later than so long after the first try */
  readonly budgetMs: number;
  readonly judge: (error: unknown) => Verdict;
  readonly signal?: AbortSignal;
}

/**
 * Waiting time before repeat number `attempt` (0-based): 1, 2, 4, 8, 16, 16, ... s and up to a second by chance
 * (rclone's pacer for Drive, lib/pacer/pacers.go).
 */
function backoffMs(attempt: number, random: () => number): number {
  return Math.min(16, 2 ** attempt) * 1000 + random() * 1000;
}

/** Waits that one more failure asks for. Keeps count, so that progress in between can reset it. */
export interface Patience {
  /** Waits; throws `error` itself when it is final or the time is used up. */
  after(error: unknown): Promise<void>;
  /** Something was achieved: the next failure counts as the first. */
  reset(): void;
}

/** A fresh count of failures under `rules`. */
export function createPatience(rules: RetryRules): Patience {
  let attempt = 0;
  let since = rules.clock.now();
  return {
    after: async (error) => {
      rules.signal?.throwIfAborted();
      const verdict = rules.judge(error);
      if (verdict === null) throw error;
      const ms = Math.max(verdict.afterMs ?? 0, backoffMs(attempt++, rules.random));
      if (rules.clock.now() + ms - since > rules.budgetMs) throw error;
      await rules.clock.sleep(ms, rules.signal);
    },
    reset: () => {
      attempt = 0;
      since = rules.clock.now();
    },
  };
}

/** Runs `operation` until it succeeds, its failure is final, or the time is used up; then throws the last failure. */
export async function retrying<T>(rules: RetryRules, operation: () => Promise<T>): Promise<T> {
  const patience = createPatience(rules);
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      await patience.after(error);
    }
  }
}
