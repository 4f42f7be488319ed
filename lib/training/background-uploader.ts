/**
 * Uploads beside training, in a process of their own: updates block the event loop of this one for a second each, and
 * hashing and sending must not slow them down. The child opens the Drive itself; no login passes between them.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import type { UploaderOptions } from './checkpoint-uploader';
import type { Offer } from './upload-queue';

/** What the child is told at its start. */
export type ChildOptions = Pick<
  UploaderOptions,
  'folder' | 'workDir' | 'keep' | 'fullCount' | 'fullEvery' | 'purge' | 'startStep' | 'startRun'
>;

/** To the child. */
export type ToChild =
  | { readonly kind: 'open'; readonly options: ChildOptions }
  | { readonly kind: 'offer'; readonly offer: Offer }
  | { readonly kind: 'settle' };

/** An error on its way between processes. */
export interface SentError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** From the child. */
export type FromChild =
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'bytes'; readonly name: string; readonly done: number; readonly total: number }
  | { readonly kind: 'settled'; readonly error: SentError | null };

/** What training sees. */
export interface BackgroundUploader {
  /** Takes a checkpoint that is saved locally, and returns at once. */
  offer(offer: Offer): void;
  /** Resolves when all is saved: null, or what stands in the way. `onBytes` is told of the transfer meanwhile. */
  settled(onBytes?: (name: string, done: number, total: number) => void): Promise<Error | null>;
  /** Ends the child; the journal knows how far it was. */
  stop(): Promise<void>;
}

/** So long an ending child may take. */
const endingMs = 2000;

/** Starts the child; it begins with what an earlier process left unfinished. */
export function startBackgroundUploader(
  options: ChildOptions,
  notice: OnNotice,
  env: NodeJS.ProcessEnv = process.env,
): BackgroundUploader {
  let onBytes: ((name: string, done: number, total: number) => void) | undefined;
  let settle: ((error: Error | null) => void) | null = null;
  let stopped = false;
  let child: ChildProcess | null = null;

  const running = (): ChildProcess => {
    if (child !== null) return child;
    const started = forkChild(env);
    child = started;
    started.on('message', (message: FromChild) => {
      if (message.kind === 'notice') notice(message.text);
      else if (message.kind === 'bytes') onBytes?.(message.name, message.done, message.total);
      else settle?.(message.error && received(message.error));
    });
    started.on('error', (error) => settle?.(error));
    started.on('exit', (code, signal) => {
      child = null;
      if (stopped) return;
      // The next offer starts another, and its journal goes on.
      notice(`The uploading process has ended (${signal ?? code}); the next save starts it again.`);
      settle?.(
        received({
          code: 'upload-ended',
          message: `Expected the upload to end well, the process ended with ${signal ?? code}`,
          remedy: 'Run `diff-svc drive sync`: it goes on where it was.',
        }),
      );
    });
    started.send({ kind: 'open', options } satisfies ToChild);
    return started;
  };
  running();
  return {
    offer: (offer) => void running().send({ kind: 'offer', offer } satisfies ToChild),
    settled: (report) =>
      new Promise((resolve) => {
        onBytes = report;
        settle = (error) => {
          settle = null;
          resolve(error);
        };
        running().send({ kind: 'settle' } satisfies ToChild);
      }),
    stop: async () => {
      stopped = true;
      const last = child;
      if (last === null) return;
      await new Promise((resolve) => {
        last.once('exit', resolve);
        // Without us it ends by itself and gives back its lock; a killed one leaves it for the next to take over.
        const force = setTimeout(() => last.kill('SIGKILL'), endingMs);
        last.once('exit', () => clearTimeout(force));
        if (last.connected) last.disconnect();
        else last.kill('SIGKILL');
      });
    },
  };
}

/** From dist as plain Node; from the sources (tests) with tsx. */
function forkChild(env: NodeJS.ProcessEnv): ChildProcess {
  const fromSource = __filename.endsWith('.ts');
  const file = join(__dirname, fromSource ? 'upload-child.ts' : 'upload-child.js');
  return fork(file, [], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: fromSource ? ['--import', 'tsx'] : [],
  });
}

function received({ code, message, remedy }: SentError): Error {
  return new UserError(code, message, remedy);
}
