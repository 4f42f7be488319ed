import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { createLocalStore } from '../../lib/storage/local-folder';
import { fetchLatest } from '../../lib/training/fetch-checkpoint';
import { listRemoteCheckpoints } from '../../lib/training/remote-checkpoints';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { createFolders, openDrive, openUploader, saveLocally } from './uploads';

const folders = createFolders();
let emulator: DriveEmulator;
beforeEach(async () => {
  emulator = await DriveEmulator.start();
});
afterEach(() => emulator.stop());
afterAll(() => folders.remove());

const steps = async (store = openDrive(emulator)): Promise<string[]> =>
  (await listRemoteCheckpoints(store, 'diff-svc/alice')).map(
    ({ step, slim }) => `${step}${slim ? ' slim' : ''}`,
  );

test('twelve saves leave the ten newest, two in the trash, each said to be saved once', async () => {
  const [store, workDir] = [openDrive(emulator), folders.fresh()];
  const { uploader, notices } = await openUploader(store, workDir);
  for (let i = 1; i <= 12; i++) await uploader.save(await saveLocally(workDir, 2000 * i), 2000 * i);
  await uploader.close();
  expect(await steps()).toEqual(Array.from({ length: 10 }, (_, i) => String(24000 - 2000 * i)));
  expect(notices).toEqual(
    Array.from(
      { length: 12 },
      (_, i) => `Saved model_ckpt_steps_${2000 * (i + 1)}.ckpt to Google Drive: size and checksum verified.`,
    ),
  );
  const trashed = [...emulator.drive.nodes()]
    .filter((node) => node.trashedMs !== null)
    .map((node) => node.name);
  expect(trashed.sort()).toEqual(['model_ckpt_steps_2000.ckpt', 'model_ckpt_steps_4000.ckpt']);
});

test('pinned ones come on top', async () => {
  const [store, workDir] = [openDrive(emulator), folders.fresh()];
  const { uploader } = await openUploader(store, workDir, { keep: 2 });
  await uploader.save(await saveLocally(workDir, 1), 1);
  const [first] = await listRemoteCheckpoints(store, 'diff-svc/alice');
  await store.mark(first!.file.id, { dsvcPinned: '1' });
  for (let step = 2; step <= 5; step++) await uploader.save(await saveLocally(workDir, step), step);
  await uploader.close();
  expect(await steps()).toEqual(['5', '4', '1']);
});

test('where space asks for it the newest two stay full, the others become slim, and their bytes go', async () => {
  const [store, workDir] = [openDrive(emulator), folders.fresh()];
  const { uploader, notices } = await openUploader(store, workDir, { keep: 4, fullCount: 2 });
  for (let step = 1; step <= 6; step++) await uploader.save(await saveLocally(workDir, step, 20_000), step);
  await uploader.close();
  expect(await steps()).toEqual(['6', '5', '4 slim', '3 slim']);
  expect(notices.filter((notice) => !notice.startsWith('Saved'))).toEqual([]);
  // two full ones of 240 kB, four slim ones of 80 kB (two of them in the trash); the rest is let go
  const { usedBytes } = await store.space();
  expect(usedBytes).toBeGreaterThan(2 * 240_000 + 4 * 80_000);
  expect(usedBytes).toBeLessThan(2 * 240_000 + 4 * 80_000 + 20_000);
  const slim = (await listRemoteCheckpoints(store, 'diff-svc/alice')).at(-1)!;
  const path = join(workDir, 'slim.ckpt');
  const { fetchFile } = await import('../../lib/storage/fetch-file');
  await fetchFile(store, slim.file, path, slim.file.marks.dsvcSha256!);
  const checkpoint = await readCheckpoint(path);
  expect(checkpoint.optimizer).toBeNull();
  expect(checkpoint.weights.get('denoise_fn.w')!.data[0]).toBe(3);
  expect(checkpoint.step).toBe(3);
});

describe('another machine', () => {
  test('goes on with the run: its files count and rotate; latest is the newest that verifies', async () => {
    const [first, second] = [folders.fresh(), folders.fresh()];
    const a = await openUploader(openDrive(emulator), first, { keep: 3 });
    for (let step = 1; step <= 3; step++) await a.uploader.save(await saveLocally(first, step), step);
    await a.uploader.close();
    const store = openDrive(emulator, ['drive']);
    const got = await fetchLatest(store, 'diff-svc/alice', second, { notice: () => undefined });
    expect(got).toMatchObject({ path: join(second, 'model_ckpt_steps_3.ckpt'), step: 3 });
    const b = await openUploader(store, second, { keep: 3, startStep: 3 });
    await b.uploader.catchUp();
    for (let step = 4; step <= 5; step++) await b.uploader.save(await saveLocally(second, step), step);
    await b.uploader.close();
    expect(await steps(store)).toEqual(['5', '4', '3']);
  });

  test('while the first one lives, both keep their own', async () => {
    const [first, second] = [folders.fresh(), folders.fresh()];
    const store = openDrive(emulator);
    const a = await openUploader(store, first, { keep: 2 });
    for (let step = 1; step <= 2; step++) await a.uploader.save(await saveLocally(first, step), step);
    copyFileSync(join(first, 'model_ckpt_steps_2.ckpt'), join(second, 'model_ckpt_steps_2.ckpt'));
    const b = await openUploader(store, second, { keep: 2, startStep: 2 });
    await b.uploader.catchUp();
    await a.uploader.save(await saveLocally(first, 3), 3);
    for (let step = 3; step <= 6; step++) await b.uploader.save(await saveLocally(second, step, 65), step);
    await a.uploader.save(await saveLocally(first, 4), 4);
    await Promise.all([a.uploader.close(), b.uploader.close()]);
    expect((await steps(store)).sort()).toEqual(['3', '4', '5', '6']);
    expect(b.notices.filter((notice) => notice.includes('a run of its own'))).toHaveLength(1);
    expect(a.notices.every((notice) => notice.startsWith('Saved'))).toBe(true);
  });
});

test('foreign files stay: an unmarked checkpoint, another run, other files', async () => {
  const [store, workDir] = [openDrive(emulator), folders.fresh()];
  const { uploader } = await openUploader(store, workDir, { keep: 1 });
  await uploader.save(await saveLocally(workDir, 1), 1);
  const folder = (await store.folder(['diff-svc', 'alice'], false))!;
  emulator.drive.addFile({ name: 'model_ckpt_steps_0.ckpt', parent: folder, bytes: Buffer.from('mine') });
  emulator.drive.addFile({ name: 'notes.txt', parent: folder, bytes: Buffer.from('mine') });
  for (let step = 2; step <= 4; step++) await uploader.save(await saveLocally(workDir, step), step);
  await uploader.close();
  const left = [...emulator.drive.nodes()]
    .filter((node) => node.trashedMs === null && node.name.includes('.'))
    .map((node) => node.name);
  expect(left.sort()).toEqual(['model_ckpt_steps_0.ckpt', 'model_ckpt_steps_4.ckpt', 'notes.txt']);
});

describe('without the API', () => {
  test('a local folder: the same rotation, into its own trash', async () => {
    const [place, workDir] = [folders.fresh(), folders.fresh()];
    const store = createLocalStore(place);
    const { uploader, notices } = await openUploader(store, workDir, { keep: 2 });
    for (let step = 1; step <= 4; step++) await uploader.save(await saveLocally(workDir, step), step);
    await uploader.close();
    expect(await steps(store)).toEqual(['4', '3']);
    expect(readdirSync(join(place, 'diff-svc', 'alice', 'trash')).sort()).toEqual([
      'model_ckpt_steps_1.ckpt',
      'model_ckpt_steps_2.ckpt',
    ]);
    expect(notices[0]).toContain(`to ${place}: size and checksum verified.`);
  });

  test('a mounted Drive: handed over, never said to be saved', async () => {
    const [place, workDir] = [folders.fresh(), folders.fresh()];
    const { uploader, notices } = await openUploader(createLocalStore(place, { drive: true }), workDir, {
      keep: 1,
    });
    for (let step = 1; step <= 2; step++) await uploader.save(await saveLocally(workDir, step), step);
    await uploader.close();
    expect(notices).toEqual(
      [1, 2].map((step) => `Handed model_ckpt_steps_${step}.ckpt to Drive (DriveFS): not verified.`),
    );
  });
});
