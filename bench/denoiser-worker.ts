/**
 * Our side of the denoiser bench, in a process of its own so that its memory can be compared. Speaks the peer's protocol:
 * warms up, prints {"ready": true}, then answers each line on stdin with one timed repeat.
 */
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadEngine } from '../lib/engine/backend';
import type { Precision } from '../lib/tensor/program';
import { compiledWorkload, eagerWorkload, type Sizes, type Workload } from './denoiser-workload';
import { trainerWorkload } from './trainer-workload';

const option = { type: 'string' } as const;
const sizeNames = ['channels', 'layers', 'batch', 'frames', 'mel', 'hidden'] as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      mode: option,
      how: option,
      works: option,
      threads: option,
      channels: option,
      layers: option,
      batch: option,
      frames: option,
      mel: option,
      hidden: option,
      'side-by-side': { type: 'boolean' },
    },
  });
  const threads = Number(values.threads);
  const sideBySide = values['side-by-side'] === true;
  const { lanes, operationsAtOnce } = await loadEngine(
    threads === availableParallelism() ? { sideBySide } : { threads, sideBySide },
  );
  const how = values.how as 'eager' | Precision;
  if (values.mode === 'demo' || values.mode === 'full') {
    return serve(await trainerWorkload(values.mode, how, lanes));
  }
  const sizes = Object.fromEntries(sizeNames.map((name) => [name, Number(values[name])])) as unknown as Sizes;
  if (how === 'eager') return serve(eagerWorkload(sizes));
  return serve(
    await compiledWorkload(sizes, how, values.works!.split(','), sideBySide ? lanes : operationsAtOnce),
  );
}

async function serve({ work, warmUp, stats }: Workload): Promise<void> {
  const answer = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  // The compiler cleans up when the event loop turns, as it does between the updates of a training.
  await setImmediate();
  for (const name of warmUp) {
    work[name]!();
    work[name]!();
  }
  answer({ ready: true, stats });
  for await (const line of createInterface({ input: process.stdin })) {
    const name = line.trim();
    const run = work[name];
    if (run === undefined) throw new Error(`Expected one of ${Object.keys(work).join(', ')}, got ${name}`);
    const started = performance.now();
    const more = run();
    answer({ work: name, seconds: (performance.now() - started) / 1000, ...(more ?? {}) });
  }
}

void main();
