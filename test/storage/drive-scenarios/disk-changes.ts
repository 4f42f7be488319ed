/** Counts what a process changes on the disk, and kills it before the nth change. From outside: lib has no hooks for tests. */
import fs from 'node:fs/promises';

/** How many so far. */
export interface Changes {
  readonly count: number;
}

const CHANGING = ['link', 'rename', 'rm', 'unlink', 'mkdir', 'writeFile', 'open'] as const;

/** @param killAt 1 = before the first change; 0: only counts. Only calls after this one are seen. */
export function countChanges(killAt: number): Changes {
  const changes = { count: 0 };
  const functions = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of CHANGING) {
    const original = functions[name]!;
    functions[name] = (...args) => {
      const reads = name === 'open' && !/[wa+]/.test(String(args[1] ?? 'r'));
      if (!reads) {
        changes.count += 1;
        if (changes.count === killAt) process.kill(process.pid, 'SIGKILL');
      }
      return original.apply(fs, args);
    };
  }
  return changes;
}
