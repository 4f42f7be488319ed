/** A Drive, a save folder and small checkpoints, for tests of what training does with them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { createDriveStore } from '../../lib/storage/drive-store';
import { googleEndpoints, oauthClient } from '../../lib/storage/google-auth';
import { systemClock } from '../../lib/storage/retry';
import type { Store } from '../../lib/storage/store';
import { openCheckpointUploader, type UploaderOptions } from '../../lib/training/checkpoint-uploader';
import type { DriveEmulator } from '../support/drive-emulator/emulator';

/** A Drive of `emulator`, with a login of its own. */
export function openDrive(emulator: DriveEmulator, scopes = ['drive.file']): Store {
  const { accessToken, refreshToken, clientId, clientSecret } = emulator.accounts.grant({ scopes });
  return createDriveStore({
    auth: oauthClient({
      clientId,
      clientSecret,
      endpoints: googleEndpoints(emulator.url),
      tokens: { access_token: accessToken, refresh_token: refreshToken },
    }),
    rootUrl: emulator.url,
    clock: { now: () => emulator.clock.now(), sleep: async (ms) => emulator.clock.advance(ms) },
  });
}

/** Folders that go at the end. */
export function createFolders(): { fresh: () => string; remove: () => void } {
  const made: string[] = [];
  return {
    fresh: () => {
      made.push(mkdtempSync(join(tmpdir(), 'diff-svc-upload-')));
      return made.at(-1)!;
    },
    remove: () => {
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A training state of two weights with their moments; `values` of them each. */
export function checkpointOf(step: number, values = 64): Checkpoint {
  const tensor = (value: number) => ({ shape: [values], data: new Float32Array(values).fill(value) });
  const weights = new Map([['denoise_fn.w', tensor(step)]]);
  const moments = new Map([['denoise_fn.w', { expAvg: tensor(step + 0.25), expAvgSq: tensor(step + 0.5) }]]);
  const optimizer = {
    step,
    learningRate: 1e-4,
    initialLearningRate: 8e-4,
    betas: [0.9, 0.98] as const,
    eps: 1e-8,
    weightDecay: 0,
    moments,
  };
  return { step, epoch: 0, weights, optimizer, extra: null };
}

/** Writes the checkpoint of `step` into `workDir`. */
export async function saveLocally(workDir: string, step: number, values?: number): Promise<string> {
  const path = join(workDir, `model_ckpt_steps_${step}.ckpt`);
  await writeCheckpoint(path, checkpointOf(step, values));
  return path;
}

/** An uploader whose notices are collected. */
export async function openUploader(
  store: Store,
  workDir: string,
  more: Partial<UploaderOptions> = {},
): Promise<{ uploader: Awaited<ReturnType<typeof openCheckpointUploader>>; notices: string[] }> {
  const notices: string[] = [];
  const uploader = await openCheckpointUploader({
    store,
    folder: 'diff-svc/alice',
    workDir,
    keep: 10,
    fullCount: null,
    fullEvery: null,
    purge: false,
    startStep: 0,
    clock: systemClock,
    notice: (message) => notices.push(message),
    ...more,
  });
  return { uploader, notices };
}
