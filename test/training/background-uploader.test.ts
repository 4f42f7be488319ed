import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { tokenPath, writeLogin } from '../../lib/storage/token-file';
import { startBackgroundUploader } from '../../lib/training/background-uploader';
import { listRemoteCheckpoints } from '../../lib/training/remote-checkpoints';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { createFolders, openDrive, saveLocally } from './uploads';

const folders = createFolders();
let emulator: DriveEmulator;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
});
afterEach(() => emulator.stop());
afterAll(() => folders.remove());

/** A child that saves to the emulator; it logs in by the file, as on a person's machine. */
async function background(workDir: string, startStep = 0) {
  const config = folders.fresh();
  const env = { ...process.env, DIFF_SVC_GOOGLE_ROOT: emulator.url, XDG_CONFIG_HOME: config };
  const { accessToken, refreshToken, clientId, clientSecret } = emulator.accounts.grant({
    scopes: ['drive.file'],
  });
  const path = tokenPath(env, config);
  await writeLogin(path, {
    clientId,
    clientSecret,
    tokens: { access_token: accessToken, refresh_token: refreshToken },
  });
  const notices: string[] = [];
  const options = {
    folder: 'diff-svc/alice',
    workDir,
    keep: 3,
    fullCount: null,
    fullEvery: null,
    purge: false,
    startStep,
  };
  const uploader = startBackgroundUploader(options, (text) => notices.push(text), env);
  return { uploader, notices, removeLogin: () => rmSync(path) };
}

const steps = async (): Promise<number[]> =>
  (await listRemoteCheckpoints(openDrive(emulator), 'diff-svc/alice')).map(({ step }) => step);

test('takes checkpoints at once, skips one that is overtaken, and settles when the newest is verified', async () => {
  const workDir = folders.fresh();
  const { uploader, notices } = await background(workDir);
  const held = emulator.faults.add({ method: 'PUT', action: { kind: 'hold', when: 'before' } });
  uploader.offer({ path: await saveLocally(workDir, 1), step: 1 });
  await held.hit;
  for (const step of [2, 3]) uploader.offer({ path: await saveLocally(workDir, step), step });
  held.release();
  expect(await uploader.settled()).toBeNull();
  await uploader.stop();
  expect(await steps()).toEqual([3, 1]);
  expect(notices.map((text) => /^Saved (\S+)/.exec(text)?.[1])).toEqual([
    'model_ckpt_steps_1.ckpt',
    'model_ckpt_steps_3.ckpt',
  ]);
});

test('a killed one leaves a journal, and the next finishes it without a second file', async () => {
  const workDir = folders.fresh();
  const first = await background(workDir);
  const held = emulator.faults.add({ method: 'PUT', action: { kind: 'hold', when: 'after' } });
  first.uploader.offer({ path: await saveLocally(workDir, 1), step: 1 });
  await held.hit;
  await first.uploader.stop();
  held.release();
  const second = await background(workDir, 1);
  expect(await second.uploader.settled()).toBeNull();
  await second.uploader.stop();
  expect(await steps()).toEqual([1]);
  expect([...emulator.drive.nodes()].filter(({ name }) => name.endsWith('.ckpt'))).toHaveLength(1);
});

test('without room it says what is needed, keeps the checkpoint, and goes on when there is room', async () => {
  const workDir = folders.fresh();
  const account = emulator.accounts.account(emulator.accounts.person);
  account.quotaBytes = 100;
  const { uploader, notices } = await background(workDir);
  uploader.offer({ path: await saveLocally(workDir, 1), step: 1 });
  expect(await uploader.settled()).toMatchObject({ code: 'store-quota' });
  expect(notices.join()).toMatch(/Not uploaded yet: .*needs 1 MB, free are 1 MB, in the trash are 0 MB/);
  account.quotaBytes = 15e9;
  expect(await uploader.settled()).toBeNull();
  await uploader.stop();
  expect(await steps()).toEqual([1]);
  expect(notices.join()).toContain('Saved model_ckpt_steps_1.ckpt');
});
