/**
 * The saving half of a training in a process of its own, for tests that kill it: local checkpoints by the real `save`,
 * then the real uploader against the emulator. Argument: a `ClientJob`. Prints `local STEP SHA256`, `notice TEXT`,
 * `slept MS`, `failed CODE TEXT`, `changes N`, `done`.
 */
import '../../support/loopback-only';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isUserError } from '../../../lib/config/errors';
import type { Clock } from '../../../lib/storage/retry';
import { openCheckpointUploader } from '../../../lib/training/checkpoint-uploader';
import { saveCheckpoint } from '../../../lib/training/save';
import { checkpointOf } from '../../training/uploads';
import { countChanges } from './disk-changes';
import { openStore } from './drive-login';
import type { ClientJob } from './job';

const say = (text: string): void => console.log(text.replaceAll('\n', ' '));

async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2]!) as ClientJob;
  const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const changes = countChanges(job.killAtChange);
  const { store, clock } = openStore(job, job.chunkBytes, (ms) => say(`slept ${ms}`));
  const uploader = await openCheckpointUploader({
    store,
    clock,
    folder: job.folder,
    workDir: job.workDir,
    keep: job.keep,
    fullCount: null,
    fullEvery: null,
    purge: false,
    startStep: job.startStep,
    notice: (message) => say(`notice ${message}`),
  });
  say('open');
  let behind = job.catchUp;
  const catchUp = async (): Promise<void> => {
    if (behind) behind = (await attempt(() => uploader.catchUp().then(() => true))) === null;
  };
  await catchUp();
  for (const step of job.steps) {
    if (job.paced) await input.next();
    const path = await saveLocally(job, step, clock);
    if (path === null) continue;
    // as the queue of a training does after a failure
    await catchUp();
    if (!behind) behind = (await attempt(() => uploader.save(path, step).then(() => true))) === null;
    say(`end ${step}`);
  }
  await uploader.close();
  say(`changes ${changes.count}`);
  say('done');
  process.exit(0);
}

/** The path of a new local checkpoint; null if the disk refused it. */
async function saveLocally(job: ClientJob, step: number, clock: Clock): Promise<string | null> {
  const path = await attempt(() =>
    saveCheckpoint(
      { ...checkpointOf(step, job.values), epoch: job.variant },
      {
        saveDir: job.workDir,
        keep: 3,
        now: () => clock.now(),
        notice: (message) => say(`notice ${message}`),
      },
    ),
  );
  if (path !== null) say(`local ${step} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
  return path;
}

/** Failures that people can mend are said; others are defects and end the process. */
async function attempt<T>(operation: () => Promise<T>): Promise<T | null> {
  try {
    return await operation();
  } catch (error) {
    if (!isUserError(error)) throw error;
    say(`failed ${error.code} ${error.message} | ${error.remedy}`);
    return null;
  }
}

void main();
