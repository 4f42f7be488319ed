import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createLocalStore } from '../../lib/storage/local-folder';
import { bytesOf, draftOf, plain, sourceOf, storeConformance } from './store-conformance';

const root = mkdtempSync(join(tmpdir(), 'diff-svc-store-'));
let count = 0;
const fresh = (): string => join(root, String(count++));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function addByHand(place: string) {
  return async (folder: string, name: string, bytes: Uint8Array): Promise<string> => {
    writeFileSync(join(place, folder, name), bytes);
    return `${folder}/${name}`;
  };
}

storeConformance('a local folder', async () => {
  const place = fresh();
  return { store: createLocalStore(place), seesTrash: true, addByHand: addByHand(place) };
});

storeConformance('a mounted Drive', async () => {
  const place = fresh();
  return { store: createLocalStore(place, { drive: true }), seesTrash: false, addByHand: addByHand(place) };
});

describe('a local folder', () => {
  test('trashed files lie in the folder trash, for people to find', async () => {
    const place = fresh();
    const store = createLocalStore(place);
    const folder = (await store.folder(['alice'], true))!;
    const draft = await draftOf(store, folder, 'a.ckpt', bytesOf(10));
    await store.put(draft, sourceOf(bytesOf(10)), plain);
    await store.trash(draft.id);
    expect(readdirSync(join(place, 'alice', 'trash'))).toEqual(['a.ckpt']);
  });

  test('a file that was changed behind its back has another md5', async () => {
    const place = fresh();
    const store = createLocalStore(place);
    const folder = (await store.folder(['alice'], true))!;
    const draft = await draftOf(store, folder, 'a.ckpt', bytesOf(10));
    await store.put(draft, sourceOf(bytesOf(10)), plain);
    expect((await store.get(draft.id)).md5).toBe(draft.md5);
    writeFileSync(join(place, 'alice', 'a.ckpt'), bytesOf(11, 2));
    expect((await store.get(draft.id)).md5).not.toBe(draft.md5);
  });

  test.each(['..', 'a/b', ''])('the name %j is not a path', async (name) => {
    await expect(createLocalStore(fresh()).folder([name], true)).rejects.toMatchObject({
      code: 'store-denied',
    });
  });
});
