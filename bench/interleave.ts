/** Repeats of several processes in turn, so that a slow moment of the machine meets all of them. */
import { busyShare, foreignCpuShare } from './foreign-cpu';
import type { Repeat, TimedProcess } from './timed-process';

/** One column of a measurement. */
export interface Contender {
  readonly name: string;
  readonly process: TimedProcess;
  readonly work: string;
}

/** Repeats by contender, and how busy others kept the machine. */
export interface Measurement {
  readonly repeats: ReadonlyMap<string, readonly Repeat[]>;
  readonly foreignCpu: { readonly before: number; readonly after: number };
  readonly busy: boolean;
}

/**
 * Measures all contenders in turn; the order turns round every time.
 * @param attempts a measurement that others disturbed is made again until so many were made
 */
export async function measure(
  contenders: readonly Contender[],
  { runs, attempts }: { readonly runs: number; readonly attempts: number },
  own: readonly number[],
): Promise<Measurement> {
  for (let attempt = 1; ; attempt++) {
    const before = await foreignCpuShare(own);
    const repeats = new Map<string, Repeat[]>(contenders.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++) {
      const turn = run % 2 === 0 ? contenders : [...contenders].reverse();
      for (const { name, process, work } of turn) repeats.get(name)!.push(await process.ask(work));
    }
    const after = await foreignCpuShare(own);
    const busy = Math.max(before, after) > busyShare;
    if (!busy || attempt === attempts) return { repeats, foreignCpu: { before, after }, busy };
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of one number of a contender's repeats; NaN if it did not run. */
export function medianOf({ repeats }: Measurement, name: string, key = 'seconds'): number {
  const found = repeats.get(name);
  return found ? median(found.map((repeat) => repeat[key] ?? Number.NaN)) : Number.NaN;
}
