/** `npm run bench -- gpu`: whole updates of the full-size trainer in every precision. For whoever has a GPU. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { measure, medianOf } from './interleave';
import { TimedProcess } from './timed-process';

const ways = ['eager', 'f32', 'bf16', 'f16'] as const;
const plan = { runs: 9, attempts: 1 };

/** Prints seconds per update and how many times as fast as the eager trainer each way is. Runs on a CPU too. */
export async function benchGpu(): Promise<void> {
  const script = join(__dirname, 'denoiser-worker.ts');
  const threads = String(availableParallelism());
  const processes = new Map<string, TimedProcess>();
  try {
    for (const how of ways) {
      const args = ['--import', 'tsx', script, '--threads', threads, '--mode', 'full', '--how', how];
      const started = await TimedProcess.start(process.execPath, args);
      if (started) processes.set(how, started);
      else console.log(`${how} does not run on this device`);
    }
    const contenders = [...processes].map(([name, process]) => ({ name, process, work: 'train' }));
    const measured = await measure(
      contenders,
      plan,
      [...processes.values()].map(({ pid }) => pid),
    );
    const eager = medianOf(measured, 'eager');
    for (const { name } of contenders) {
      const seconds = medianOf(measured, name);
      console.log(`${name.padEnd(6)} ${seconds.toFixed(4)} s  ${(eager / seconds).toFixed(2)} x eager`);
    }
    if (measured.busy) console.log('machine busy: the figures mean little');
  } finally {
    for (const each of processes.values()) each.stop();
  }
}
