/** What the comments of `lib/storage/store.ts` promise, as tests that every implementation passes. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Draft, holds, type Source, type Store, type Transfer } from '../../lib/storage/store';

/** A store under test and what is different about it. */
export interface Candidate {
  readonly store: Store;
  /** false: trashed files are out of sight and cannot be restored from here */
  readonly seesTrash: boolean;
  /** puts a file there without the store, as a person would; gives its id */
  readonly addByHand: (folder: string, name: string, bytes: Uint8Array) => Promise<string>;
}

export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, value = seed; i < length; i++) {
    value = (value * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = value >> 16;
  }
  return bytes;
}

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

export function sourceOf(bytes: Uint8Array): Source {
  return { read: async (from, length) => bytes.subarray(from, from + length) };
}

export const plain: Transfer = { session: null, onSession: async () => undefined };

export async function draftOf(
  store: Store,
  folder: string,
  name: string,
  bytes: Uint8Array,
  marks: Record<string, string> = { dsvcStep: '1' },
): Promise<Draft> {
  return {
    id: await store.reserve(folder, name),
    folder,
    name,
    bytes: bytes.length,
    md5: md5Of(bytes),
    marks,
  };
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

/** Runs the suite. @param create an empty store, for every test anew */
export function storeConformance(name: string, create: () => Promise<Candidate>): void {
  describe(`${name} is a Store`, () => {
    let candidate: Candidate;
    let store: Store;
    let folder: string;
    beforeEach(async () => {
      candidate = await create();
      store = candidate.store;
      folder = (await store.folder(['diff-svc', 'alice'], true))!;
    });

    async function stored(
      fileName: string,
      bytes: Uint8Array,
      marks?: Record<string, string>,
    ): Promise<Draft> {
      const draft = await draftOf(store, folder, fileName, bytes, marks);
      await store.put(draft, sourceOf(bytes), plain);
      return draft;
    }

    test('a folder is found again, and not made unless asked', async () => {
      expect(await store.folder(['diff-svc', 'alice'], false)).toBe(folder);
      expect(await store.folder(['diff-svc', 'alice'], true)).toBe(folder);
      expect(await store.folder(['diff-svc', 'bob'], false)).toBeNull();
      expect(await store.folder(['diff-svc', 'Alice'], false)).toBeNull();
      expect(await store.get(folder)).toMatchObject({ kind: 'folder', name: 'alice', trashed: false });
    });

    test.each([0, 1, 300_000, 1_000_000])(
      '%i bytes come back as they were, with size and md5',
      async (length) => {
        const bytes = bytesOf(length);
        const draft = await stored('a.bin', bytes);
        const file = await store.get(draft.id);
        expect(holds(file, draft)).toBe(true);
        expect(file).toMatchObject({
          name: 'a.bin',
          kind: 'file',
          bytes: length,
          md5: draft.md5,
          folder,
          own: true,
        });
        expect(file.marks).toMatchObject({ dsvcStep: '1' });
        expect((await collect(store.read(draft.id, 0))).equals(bytes)).toBe(true);
        if (length > 7)
          expect((await collect(store.read(draft.id, length - 7))).equals(bytes.subarray(length - 7))).toBe(
            true,
          );
        expect((await store.list(folder)).map(({ id }) => id)).toEqual([draft.id]);
      },
    );

    test('putting the same again changes nothing; another content under the id is refused', async () => {
      const draft = await stored('a.bin', bytesOf(1000));
      await store.put(draft, sourceOf(bytesOf(1000)), plain);
      const other = bytesOf(1000, 2);
      await expect(store.put({ ...draft, md5: md5Of(other) }, sourceOf(other), plain)).rejects.toMatchObject({
        code: 'store-exists',
      });
      expect(await store.list(folder)).toHaveLength(1);
      expect((await collect(store.read(draft.id, 0))).equals(bytesOf(1000))).toBe(true);
    });

    test('two files of one name are two files', async () => {
      const [first, second] = [await stored('a.bin', bytesOf(10)), await stored('a.bin', bytesOf(20, 2))];
      expect(first.id).not.toBe(second.id);
      expect((await store.get(first.id)).bytes).toBe(10);
      expect((await store.get(second.id)).bytes).toBe(20);
      expect(await store.list(folder)).toHaveLength(2);
    });

    test('a reserved id stores nothing; what is not there is store-not-found', async () => {
      const id = await store.reserve(folder, 'b.bin');
      expect(await store.list(folder)).toEqual([]);
      await expect(store.get(id)).rejects.toMatchObject({ code: 'store-not-found' });
      await expect(collect(store.read(id, 0))).rejects.toMatchObject({ code: 'store-not-found' });
    });

    test('a source that fails, or a transfer that is stopped, leaves nothing behind', async () => {
      const bytes = bytesOf(600_000);
      const draft = await draftOf(store, folder, 'c.bin', bytes);
      const failing: Source = { read: async () => Promise.reject(new Error('disk')) };
      await expect(store.put(draft, failing, plain)).rejects.toThrow('disk');
      const stop = new AbortController();
      const reading: Source = {
        read: async (from, length) => {
          stop.abort();
          return bytes.subarray(from, from + length);
        },
      };
      await expect(store.put(draft, reading, { ...plain, signal: stop.signal })).rejects.toThrow();
      expect(await store.list(folder)).toEqual([]);
      await store.put(draft, sourceOf(bytes), plain);
      expect(holds(await store.get(draft.id), draft)).toBe(true);
    });

    test('a folder that is not there takes nothing', async () => {
      const draft = await draftOf(store, folder, 'd.bin', bytesOf(5));
      const lost = { ...draft, id: await store.reserve(folder, 'd.bin'), folder: `${folder}-lost` };
      await expect(store.put(lost, sourceOf(bytesOf(5)), plain)).rejects.toMatchObject({
        code: 'store-not-found',
      });
    });

    test('trash: out of the list, and trashing again is no error', async () => {
      const [gone, stays] = [
        await stored('gone.bin', bytesOf(10)),
        await stored('stays.bin', bytesOf(10, 2)),
      ];
      await store.trash(gone.id);
      if (candidate.seesTrash) await store.trash(gone.id);
      expect((await store.list(folder)).map(({ id }) => id)).toEqual([stays.id]);
      if (!candidate.seesTrash) {
        await expect(store.get(gone.id)).rejects.toMatchObject({ code: 'store-not-found' });
        await expect(store.restore(gone.id)).rejects.toMatchObject({ code: 'store-denied' });
        return;
      }
      expect(await store.get(gone.id)).toMatchObject({ trashed: true, md5: gone.md5 });
      expect((await store.listTrash(folder)).map(({ id }) => id)).toEqual([gone.id]);
      await store.restore(gone.id);
      expect(holds(await store.get(gone.id), gone)).toBe(true);
    });

    test('bytes that were let go come back by restore', async () => {
      const bytes = bytesOf(400_000);
      const draft = await stored('big.bin', bytes);
      const before = (await store.space()).usedBytes;
      await store.trash(draft.id, { letGo: true });
      expect(await store.list(folder)).toEqual([]);
      if (store.letsGo && before !== null)
        expect((await store.space()).usedBytes!).toBeLessThan(before - 390_000);
      if (!candidate.seesTrash) return;
      await store.trash(draft.id, { letGo: true });
      await store.restore(draft.id);
      expect(holds(await store.get(draft.id), draft)).toBe(true);
      expect((await collect(store.read(draft.id, 0))).equals(bytes)).toBe(true);
    });

    test('remove is for good, and again no error', async () => {
      const draft = await stored('a.bin', bytesOf(10));
      await store.remove(draft.id);
      await store.remove(draft.id);
      await expect(store.get(draft.id)).rejects.toMatchObject({ code: 'store-not-found' });
    });

    test('marks are set and taken away one by one', async () => {
      const draft = await stored('a.bin', bytesOf(10), { dsvcStep: '1', dsvcRun: 'r' });
      await store.mark(draft.id, { dsvcPinned: '1', dsvcRun: null });
      const { marks, md5 } = await store.get(draft.id);
      expect(marks).toMatchObject({ dsvcStep: '1', dsvcPinned: '1' });
      expect(marks).not.toHaveProperty('dsvcRun');
      expect(md5).toBe(draft.md5);
    });

    test('names with quotes and Korean letters are names', async () => {
      const path = ['diff-svc', "it's \\ 시키".replace(' \\', store.label.startsWith('Google') ? ' \\' : '')];
      const odd = (await store.folder(path, true))!;
      expect(await store.folder(path, false)).toBe(odd);
      expect((await store.get(odd)).name).toBe(path[1]);
    });

    test('what a person put there is listed, without marks', async () => {
      const id = await candidate.addByHand(folder, 'foreign.ckpt', bytesOf(33));
      expect(await store.list(folder)).toMatchObject([{ id, name: 'foreign.ckpt', bytes: 33, marks: {} }]);
      expect(await store.get(id)).toMatchObject({ md5: md5Of(bytesOf(33)), marks: {} });
    });
  });
}
