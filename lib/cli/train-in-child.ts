/**
 * Training in a process of its own: how TensorFlow deals a CPU's threads is settled once per process, and training wants
 * it otherwise than conversion does (docs/compile.md, lanes).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { UserError } from '../config/errors';
import type { Config } from '../config/schema';
import { writeFileAtomic } from '../storage/atomic-file';
import type { ComputeFlags } from './compute';
import { exitCodes } from './session';

/** What `diff-svc train` is told. */
export interface ChildTraining {
  /** dataset folder */
  readonly data: string;
  readonly saveDir: string;
  readonly resumes: boolean;
  readonly config: Config;
  /** the configuration is written here for the child to read */
  readonly configFile: string;
  readonly compute: ComputeFlags;
}

/**
 * Runs `diff-svc train`; it shows its own progress on stderr.
 * @returns updates done in all
 * @throws UserError what the child reports; the signal's reason when aborted, after the child has saved
 */
export async function trainInChild(training: ChildTraining, signal: AbortSignal): Promise<number> {
  const { data, saveDir, resumes, config, configFile, compute } = training;
  await writeFileAtomic(configFile, Buffer.from(`${JSON.stringify(config, null, 2)}\n`));
  const args = ['--data', data, '--save-dir', saveDir, '--config', configFile, '--json'];
  if (resumes) args.push('--resume', 'latest');
  if (compute.eager) args.push('--eager');
  if (compute.precision !== undefined) args.push('--precision', compute.precision);
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, 'train', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    signal.throwIfAborted();
    if (code === exitCodes.ok) return (JSON.parse(output) as { step: number }).step;
    throw childError(code as number | null, output);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The child's own error, said again here; it has already told it on stderr. */
function childError(code: number | null, output: string): Error {
  if (code !== exitCodes.userError) return new Error(`diff-svc train ended with ${code ?? 'a signal'}`);
  const { error } = JSON.parse(output) as { error: { code: string; message: string; remedy: string } };
  return new UserError(error.code, error.message, error.remedy);
}
