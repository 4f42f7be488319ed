import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDriveStore } from '../../lib/storage/drive-store';
import { googleEndpoints, oauthClient } from '../../lib/storage/google-auth';
import { systemClock } from '../../lib/storage/retry';
import type { Store } from '../../lib/storage/store';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { bytesOf, draftOf, plain, sourceOf, storeConformance } from './store-conformance';

let emulator: DriveEmulator;
beforeAll(async () => {
  emulator = await DriveEmulator.start();
});
afterAll(() => emulator.stop());

function open(drive: DriveEmulator): Store {
  const { accessToken, refreshToken, clientId, clientSecret } = drive.accounts.grant({ scopes: ['drive'] });
  const endpoints = googleEndpoints(drive.url);
  return createDriveStore({
    auth: oauthClient({
      clientId,
      clientSecret,
      endpoints,
      tokens: { access_token: accessToken, refresh_token: refreshToken },
    }),
    rootUrl: drive.url,
    clock: systemClock,
    chunkBytes: 256 * 1024,
  });
}

let place = 0;
storeConformance('Google Drive', async () => {
  const store = open(emulator);
  // One emulator for all tests: each works in a folder of its own.
  const top = `test-${place++}`;
  return {
    store: { ...bound(store), folder: (path, make) => store.folder([top, ...path], make) },
    seesTrash: true,
    addByHand: async (folder, name, bytes) =>
      emulator.drive.addFile({ name, parent: folder, bytes: Buffer.from(bytes) }),
  };
});

/** Methods of the class as an object that can be spread. */
function bound(store: Store): Store {
  return new Proxy({} as Store, {
    ownKeys: () => [
      'label',
      'verifies',
      'letsGo',
      'reserve',
      'put',
      'get',
      'list',
      'read',
      'listTrash',
      'trash',
      'restore',
      'remove',
      'mark',
      'space',
    ],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    get: (_, key: keyof Store) => (typeof store[key] === 'function' ? store[key].bind(store) : store[key]),
  });
}

describe('Google Drive', () => {
  test('a full Drive says need, free and trash', async () => {
    const small = await DriveEmulator.start({ quotaBytes: 1_000_000 });
    try {
      const store = open(small);
      const folder = (await store.folder(['diff-svc'], true))!;
      const draft = await draftOf(store, folder, 'big.ckpt', bytesOf(2_000_000));
      await expect(store.put(draft, sourceOf(bytesOf(2_000_000)), plain)).rejects.toMatchObject({
        code: 'store-quota',
        message: expect.stringMatching(/needs 2 MB, free are 1 MB, in the trash are 0 MB/),
      });
    } finally {
      await small.stop();
    }
  });
});
