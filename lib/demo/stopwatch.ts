/** How long the stages of the demo take. */
import type { OnNotice } from '../config/progress';

/** Runs a stage and remembers its seconds by name. */
export type Stopwatch = { readonly seconds: Record<string, number> } & (<T>(
  stage: string,
  work: () => Promise<T>,
) => Promise<T>);

/** @param notice told of every stage that has ended */
export function createStopwatch(notice: OnNotice): Stopwatch {
  const seconds: Record<string, number> = {};
  const watch = async <T>(stage: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[stage] = (performance.now() - started) / 1000;
    notice(`${stage}: ${seconds[stage]!.toFixed(1)} s`);
    return result;
  };
  return Object.assign(watch, { seconds });
}
