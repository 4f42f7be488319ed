/** The documented trainings on an empty free Drive, a thousandth as large: 15 MB, checkpoints of 0.4 MB. */
import { afterAll, expect, test } from 'vitest';
import { forecast } from '../../lib/training/forecast';
import { listRemoteCheckpoints } from '../../lib/training/remote-checkpoints';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { createFolders, openDrive, openUploader, saveLocally } from './uploads';

const folders = createFolders();
afterAll(() => folders.remove());

test.each([80_000, 120_000])('%i steps, saved every 2000, fit: two full, eight slim', async (until) => {
  const emulator = await DriveEmulator.start({ quotaBytes: 15_000_000 });
  try {
    const [store, workDir] = [openDrive(emulator), folders.fresh()];
    const { freeBytes, trashBytes } = await store.space();
    const sizes = { fullBytes: 404_000, slimBytes: 136_000 };
    const rules = { saves: until / 2000, keep: 10, purge: false, wholeEvery: 1, letsGo: store.letsGo };
    const { plan } = forecast({ ...sizes, ...rules, freeBytes, trashBytes });
    expect(plan?.fullCount).toBe(2);
    const { uploader, notices } = await openUploader(store, workDir, { fullCount: plan!.fullCount });
    let most = 0;
    for (let step = 2000; step <= until; step += 2000) {
      // 33,333 weights with two moments each, float32
      await uploader.save(await saveLocally(workDir, step, 33_333), step);
      most = Math.max(most, (await store.space()).usedBytes!);
    }
    await uploader.close();
    expect(notices.filter((notice) => !notice.startsWith('Saved '))).toEqual([]);
    const left = await listRemoteCheckpoints(store, 'diff-svc/alice');
    expect(left.map(({ step, slim }) => [step, slim])).toEqual(
      Array.from({ length: 10 }, (_, i) => [until - 2000 * i, i >= 2]),
    );
    expect(most).toBeLessThanOrEqual(plan!.needBytes);
  } finally {
    await emulator.stop();
  }
});
