/**
 * Jobs: programs that a cell starts and that outlive it, and the kernel. A job has a folder of its own:
 * `job.json` (what was started, as which process), `log.txt` (stdout and stderr), `progress.json` (written by the program
 * itself) and `exit.json` (how it ended). Whoever has the folder can follow the job.
 */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';
import { isRunning, parseProcessId } from '../storage/process-id';
import { jobFiles } from './job-files';
import { packageRoot } from './package-root';

/** What is to be started. */
export interface JobRequest {
  /** the job's folder; created if need be. One job at a time lives in it */
  readonly folder: string;
  /** program and arguments */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a running job says of itself; more may be in it. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly [more: string]: unknown;
}

/** A job as its folder tells it. */
export interface JobState {
  readonly folder: string;
  readonly argv: readonly string[];
  /** ISO time */
  readonly started: string;
  readonly pid: number;
  /** `lost`: it ended without saying how (killed, machine restarted) */
  readonly status: 'running' | 'ended' | 'lost';
  /** null while it runs, and when a signal ended it */
  readonly exitCode: number | null;
  readonly progress: JobProgress | null;
}

/** Longest wait for the started program to say who it is. */
const START_TIMEOUT_MS = 10_000;

/**
 * Starts a job, which goes on when this process ends.
 * @throws UserError `job-running` if one runs in the folder, `job-failed-to-start`
 */
export async function startJob({ folder, argv, env = {} }: JobRequest): Promise<JobState> {
  mkdirSync(folder, { recursive: true });
  const before = readJob(folder);
  if (before?.status === 'running') throw alreadyRunning(before);
  for (const name of Object.values(jobFiles)) rmSync(join(folder, name), { force: true });
  const log = openSync(join(folder, jobFiles.log), 'a');
  // A small program in between waits for the end and writes it down; the kernel may be gone by then.
  const keeper = join(packageRoot(), 'dist/kernel/job-keeper.js');
  const child = spawn(process.execPath, [keeper, folder, ...argv], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env, DIFF_SVC_JOB: folder },
  });
  closeSync(log);
  child.unref();
  return await whenStarted(folder, new Promise((resolve) => child.on('exit', () => resolve())));
}

/** The job of a folder; null if there is none. */
export function readJob(folder: string): JobState | null {
  const job = readJson<{ argv: string[]; started: string; process: string }>(join(folder, jobFiles.job));
  const id = job ? parseProcessId(job.process) : null;
  if (!job || !id) return null;
  // In this order: a job that ends between the two looks has written its end by the second.
  const running = isRunning(id) !== false;
  const exit = readJson<{ code: number | null }>(join(folder, jobFiles.exit));
  const progress = readJson<JobProgress>(join(folder, jobFiles.progress));
  const status = exit ? 'ended' : running ? 'running' : 'lost';
  const { argv, started } = job;
  return { folder, argv, started, pid: id.pid, status, exitCode: exit?.code ?? null, progress };
}

/** What `followJob` tells. */
export interface JobFollower {
  /** each time the progress has changed, and once at the beginning if there is one */
  readonly onProgress?: (progress: JobProgress) => void;
  /** what the job has printed since, from the beginning of its log */
  readonly onLog?: (text: string) => void;
  /** ends the following; the job goes on */
  readonly signal?: AbortSignal;
  /** how often the folder is looked at */
  readonly intervalMs?: number;
}

/**
 * Follows a job to its end, from wherever it is.
 * @returns its last state; still `running` if the signal ended the following
 * @throws UserError `no-job` if the folder holds none
 */
export async function followJob(folder: string, follower: JobFollower = {}): Promise<JobState> {
  const { onProgress, onLog, signal, intervalMs = 200 } = follower;
  const log = onLog ? createLogReader(join(folder, jobFiles.log), onLog) : () => undefined;
  let shown = '';
  for (;;) {
    const state = readJob(folder);
    if (!state) throw noJob(folder);
    const text = JSON.stringify(state.progress);
    if (state.progress && text !== shown) onProgress?.(state.progress);
    shown = text;
    log();
    if (state.status !== 'running' || signal?.aborted) return state;
    await pause(intervalMs, signal);
  }
}

/**
 * Asks a job to end (SIGINT: it may save), and insists by SIGKILL after `graceMs`.
 * @returns its last state
 * @throws UserError `no-job`
 */
export async function stopJob(folder: string, graceMs = 30_000): Promise<JobState> {
  const state = readJob(folder);
  if (!state) throw noJob(folder);
  if (state.status !== 'running') return state;
  signalGroup(state.pid, 'SIGINT');
  const insist = setTimeout(() => signalGroup(state.pid, 'SIGKILL'), graceMs);
  const last = await followJob(folder, { intervalMs: 50 });
  clearTimeout(insist);
  return last;
}

/** For the program of a job: says how far it is. Does nothing outside a job. */
export async function writeJobProgress(progress: JobProgress): Promise<void> {
  const folder = process.env.DIFF_SVC_JOB;
  if (folder)
    await writeFileAtomic(join(folder, jobFiles.progress), Buffer.from(`${JSON.stringify(progress)}\n`));
}

/** The keeper's group holds the program and all that it starts. */
function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // it has ended
  }
}

async function whenStarted(folder: string, keeperEnded: Promise<void>): Promise<JobState> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), START_TIMEOUT_MS);
  void keeperEnded.then(() => abort.abort());
  try {
    for (;;) {
      const ended = abort.signal.aborted;
      const state = readJob(folder);
      if (state) return state;
      if (ended) throw failedToStart(folder);
      await pause(20, abort.signal);
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}

/** Each call hands on what the log has gained since the last. */
function createLogReader(path: string, onLog: (text: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let position = 0;
  return () => {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - position));
      const read = readSync(file, bytes, 0, bytes.length, position);
      position += read;
      const text = decoder.write(bytes.subarray(0, read));
      if (text !== '') onLog(text);
    } finally {
      closeSync(file);
    }
  };
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}

function alreadyRunning({ folder, pid, started }: JobState): UserError {
  return new UserError(
    'job-running',
    `Expected no job to run in ${folder}, got process ${pid}, started ${started}`,
    'Follow it, or stop it first; or choose another folder.',
  );
}

function noJob(folder: string): UserError {
  return new UserError(
    'no-job',
    `Expected a job in ${folder}, found none`,
    'Start one, or check the folder.',
  );
}

function failedToStart(folder: string): UserError {
  return new UserError(
    'job-failed-to-start',
    `Expected a job to start in ${folder}, it said nothing in ${START_TIMEOUT_MS / 1000} s or ended at once`,
    `Look into ${join(folder, jobFiles.log)}.`,
  );
}
