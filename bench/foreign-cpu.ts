/** How much of the machine others use: timings beside other work mean nothing. Linux only. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Above this share of all cores a bench says 'machine busy'. */
export const busyShare = 0.1;

const sampleMs = 2000;
/** Threads of a process that has just computed spin for a moment. */
const settleMs = 500;

interface Ticks {
  readonly busy: number;
  readonly all: number;
}

function machineTicks(): Ticks {
  const numbers = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const all = numbers.reduce((a, b) => a + b, 0);
  const [idle, waiting] = [numbers[3]!, numbers[4]!];
  return { busy: all - idle - waiting, all };
}

/** User and system time of a process, in ticks; 0 once it has ended. */
function processTicks(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

/**
 * Share of all cores that other processes use while ours wait.
 * @param own process ids of the bench
 * @returns NaN where the system does not say
 */
export async function foreignCpuShare(own: readonly number[]): Promise<number> {
  try {
    await sleep(settleMs);
    const ticksOfOwn = (): number => [process.pid, ...own].reduce((sum, pid) => sum + processTicks(pid), 0);
    const [before, ownBefore] = [machineTicks(), ticksOfOwn()];
    await sleep(sampleMs);
    const [after, ownAfter] = [machineTicks(), ticksOfOwn()];
    return Math.max(0, after.busy - before.busy - (ownAfter - ownBefore)) / (after.all - before.all);
  } catch {
    return Number.NaN;
  }
}
