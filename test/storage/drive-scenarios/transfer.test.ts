import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from './invariants';
import { BLOCK, World } from './world';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

/** Pieces sent, as first bytes. */
const offsets = (): number[] =>
  world
    .uploads('PUT')
    .flatMap((request) => /^bytes (\d+)-/.exec(request.contentRange)?.[1] ?? [])
    .map(Number);

const idsReserved = (): number =>
  world.emulator.requests.filter((request) => request.path.endsWith('generateIds') && request.status === 200)
    .length;

/** Ids of files; folders take one each. */
const foldersMade = 2;

describe('uploads that are disturbed', () => {
  it('1. Reset mid-chunk → resumes at Range, one file', async () => {
    world.emulator.faults.add({
      contentRange: `^bytes ${2 * BLOCK}-`,
      action: { kind: 'keep', bytes: BLOCK + 5, end: 'drop' },
    });
    await world.run({ steps: [2000], chunkBytes: 2 * BLOCK });
    expect(offsets()).toEqual([0, 2 * BLOCK, 3 * BLOCK]);
    expect([world.uploads('POST').length, world.present()]).toEqual([1, [2000]]);
    await check(world);
  });

  it('2. Short 308, and 308 without Range → bytes identical', async () => {
    const keep = (bytes: number, from: number): void => {
      const action = { kind: 'keep', bytes, end: 'answer' } as const;
      world.emulator.faults.add({ contentRange: `^bytes ${from}-`, action });
    };
    keep(0, 0);
    keep(BLOCK, 2 * BLOCK);
    await world.run({ steps: [2000], chunkBytes: 2 * BLOCK });
    expect(offsets()).toEqual([0, 0, 2 * BLOCK, 3 * BLOCK]);
    const loaded = await check(world);
    expect(loaded.files).toHaveLength(1);
  });

  it('3. Final response lost → found, no second upload', async () => {
    world.emulator.faults.add({
      contentRange: `^bytes ${4 * BLOCK}-`,
      action: { kind: 'drop', when: 'after' },
    });
    // and the session has forgotten: only the id is left to find it by
    world.emulator.faults.add({ contentRange: '^bytes \\*', action: { kind: 'expireSession' } });
    await world.run({ steps: [2000] });
    expect(offsets()).toEqual([0, 1, 2, 3, 4].map((i) => i * BLOCK));
    expect([world.uploads('POST').length, world.present()]).toEqual([1, [2000]]);
    await check(world);
  });

  it('4. Create response lost → same id, 409 handled, one file', async () => {
    world.emulator.faults.add({ method: 'POST', path: '^/upload/', action: { kind: 'drop', when: 'after' } });
    await world.run({ steps: [2000] });
    expect(idsReserved() - foldersMade).toBe(1);
    // the answer to the last piece, the session, and for a moment even the file by its id are lost
    const last = { contentRange: `^bytes ${4 * BLOCK}-`, action: { kind: 'drop', when: 'after' } } as const;
    world.emulator.faults.add(last);
    world.emulator.faults.add({ contentRange: '^bytes \\*', action: { kind: 'expireSession' } });
    const client = await world.start({ steps: [4000], paced: true });
    await client.line(/^open/);
    client.next();
    await client.line(/^local/);
    world.emulator.faults.add({
      method: 'GET',
      path: '^/drive/v3/files/1',
      nth: foldersMade + 1,
      action: { kind: 'status', status: 404, reason: 'notFound' },
    });
    await client.success();
    expect(world.uploads('POST').map((request) => request.status)).toEqual([0, 200, 200, 409]);
    expect([idsReserved() - foldersMade, world.present()]).toEqual([2, [2000, 4000]]);
    await check(world);
  });

  it.each([
    ['404', { kind: 'expireSession' }],
    ['410', { kind: 'status', status: 410, reason: 'gone' }],
  ] as const)('6. Session %s → new session, same id', async (_, action) => {
    world.emulator.faults.add({ contentRange: `^bytes ${2 * BLOCK}-`, action });
    await world.run({ steps: [2000] });
    expect(world.uploads('POST')).toHaveLength(2);
    expect([idsReserved() - foldersMade, world.present()]).toEqual([1, [2000]]);
    await check(world);
  });

  it('6. Session 6 days old → new session, same id', async () => {
    const held = world.emulator.faults.add({
      contentRange: `^bytes ${2 * BLOCK}-`,
      action: { kind: 'hold', when: 'before' },
    });
    const client = await world.start({ steps: [2000] });
    await held.hit;
    await client.kill();
    world.emulator.faults.clear();
    const journal = join(world.workDir, 'upload');
    const entry = readdirSync(journal).find((name) => name.startsWith('pending-'))!;
    const { draft } = JSON.parse(readFileSync(join(journal, entry), 'utf8'));
    world.emulator.clock.advance(6.01 * 24 * 3600 * 1000);
    world.login();
    await world.rerun();
    expect(world.uploads('POST')).toHaveLength(2);
    expect(world.ours().map(({ id }) => id)).toEqual([draft.id]);
    await check(world);
  });
});
