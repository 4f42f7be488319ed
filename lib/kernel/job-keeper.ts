/**
 * Stands between a job and whoever started it: `node job-keeper.js FOLDER PROGRAM ARGUMENTS…`. Writes down which process
 * it is and, at the end, how the program ended; it outlives the kernel. Started by `jobs.ts`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { writeFileAtomic } from '../storage/atomic-file';
import { processIdText, thisProcess } from '../storage/process-id';
import { jobFiles } from './job-files';

async function keep(folder: string, [program = '', ...args]: readonly string[]): Promise<void> {
  const write = (name: string, content: object): Promise<void> =>
    writeFileAtomic(join(folder, name), Buffer.from(`${JSON.stringify(content)}\n`));
  // Signals are for the program, which is in the same group; it may save before it ends.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  const started = new Date().toISOString();
  await write(jobFiles.job, { argv: [program, ...args], started, process: processIdText(thisProcess()) });
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    child.on('exit', resolve);
  });
  await write(jobFiles.exit, { code, ended: new Date().toISOString() });
}

const [folder = '', ...argv] = process.argv.slice(2);
void keep(folder, argv);
