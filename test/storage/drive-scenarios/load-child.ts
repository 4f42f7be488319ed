/**
 * A fresh machine that has nothing but the login: lists the checkpoints on Drive, fetches each, and last what `latest`
 * means. Argument: list of `Target`. Prints a list of `Loaded`.
 */
import '../../support/loopback-only';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isUserError } from '../../../lib/config/errors';
import { fetchCheckpoint, fetchLatest } from '../../../lib/training/fetch-checkpoint';
import { listRemoteCheckpoints } from '../../../lib/training/remote-checkpoints';
import { openStore } from './drive-login';
import type { DriveJob } from './job';

/** What could be had. */
export interface Loaded {
  readonly files: readonly {
    readonly id: string;
    readonly step: number;
    readonly run: string | null;
    /** of what arrived; null: it was refused as damaged */
    readonly sha256: string | null;
  }[];
  readonly latest: number | null;
  readonly notices: readonly string[];
}

/** One Drive to look at. */
interface Target {
  readonly job: DriveJob;
  /** an empty folder */
  readonly target: string;
}

async function main(): Promise<void> {
  const loaded: Loaded[] = [];
  for (const target of JSON.parse(process.argv[2]!) as Target[]) loaded.push(await load(target));
  console.log(JSON.stringify(loaded));
  process.exit(0);
}

async function load({ job, target }: Target): Promise<Loaded> {
  const { store } = openStore(job, 256 * 1024, () => undefined);
  const notices: string[] = [];
  const options = { notice: (message: string) => void notices.push(message) };
  const files: Loaded['files'][number][] = [];
  for (const remote of await listRemoteCheckpoints(store, job.folder)) {
    const sha256 = await fetchCheckpoint(store, remote, join(target, remote.file.id), options).then(
      (path) => createHash('sha256').update(readFileSync(path)).digest('hex'),
      refused,
    );
    files.push({ id: remote.file.id, step: remote.step, run: remote.run, sha256 });
  }
  const latest = await fetchLatest(store, job.folder, join(target, 'latest'), options).catch(refused);
  return { files, latest: latest?.step ?? null, notices };
}

function refused(error: unknown): null {
  if (!isUserError(error)) throw error;
  return null;
}

void main();
