import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { check, checkBetween } from './invariants';
import type { LineProcess } from './process-lines';
import { BLOCK, World } from './world';

let world: World;
afterEach(() => world.dispose());

const slept = (client: LineProcess): number[] =>
  client.lines.flatMap((line) => /^slept ([\d.]+)/.exec(line)?.[1] ?? []).map(Number);
const failures = (client: LineProcess): string[] => client.lines.filter((line) => line.startsWith('failed'));
const trashings = (): number => world.ours().filter((item) => item.explicitlyTrashed).length;

describe('an unwilling Drive', () => {
  it('7. 429 + Retry-After, 503 burst → waits (fake clock), no twin', async () => {
    world = await World.create();
    const post = { method: 'POST', path: '^/upload/' };
    world.emulator.faults.add({
      ...post,
      action: { kind: 'status', status: 429, reason: 'rateLimitExceeded', retryAfterSeconds: 77 },
    });
    world.emulator.faults.add({
      contentRange: `^bytes ${BLOCK}-`,
      times: 4,
      action: { kind: 'status', status: 503 },
    });
    const client = await world.run({ steps: [2000] });
    expect(Math.max(...slept(client))).toBeGreaterThanOrEqual(77_000);
    expect(slept(client).length).toBeGreaterThanOrEqual(5);
    expect(world.present()).toEqual([2000]);
    await check(world);
  });

  it('8. Ten minutes of 403 userRateLimit → training continues, catches up', async () => {
    world = await World.create();
    await world.seed([2000]);
    const until = world.emulator.clock.now() + 600_000;
    const action = { kind: 'status', status: 403, reason: 'userRateLimitExceeded' } as const;
    world.emulator.faults.add({ times: 'always', action });
    const client = await world.start({ steps: [4000, 6000, 8000], paced: true });
    for (const step of [4000, 6000]) {
      client.next();
      await client.line(new RegExp(`^end ${step}`));
    }
    expect(failures(client).map((line) => line.split(' ')[1])).toEqual([
      'store-unavailable',
      'store-unavailable',
    ]);
    checkBetween(world);
    expect(world.emulator.clock.now()).toBeGreaterThan(until - 120_000);
    world.emulator.faults.clear();
    client.next();
    await client.success();
    expect(world.present()).toEqual([4000, 6000, 8000]);
    await world.rerun({ steps: [10_000] });
    expect(world.present()).toEqual([6000, 8000, 10_000]);
    expect(readdirSync(join(world.workDir, 'upload')).filter((name) => name.endsWith('.ckpt'))).toEqual([]);
    await check(world);
  });

  it('9. storageQuotaExceeded → nothing trashed for room; says need, free, in trash; saved once freed', async () => {
    world = await World.create({ keep: 2, quotaBytes: 5e6 });
    await world.seed([2000, 4000, 6000, 8000]);
    expect(world.emulator.drive.usage().trash).toBeGreaterThan(2e6);
    const before = trashings();
    const client = await world.run({ steps: [10_000] });
    expect(failures(client)[0]).toMatch(/store-quota .*needs 2 MB, free are 1 MB, in the trash are 3 MB/);
    expect(trashings()).toBe(before);
    checkBetween(world);
    world.emulator.accounts.account('me@example.com').quotaBytes = 15e9;
    await world.rerun();
    expect(world.present()).toEqual([8000, 10_000]);
    await check(world);
  });

  it('10. Quota at last chunk → same; older files intact', async () => {
    world = await World.create({ keep: 2, quotaBytes: 6e6 });
    await world.seed([2000, 4000]);
    const held = world.emulator.faults.add({
      contentRange: `^bytes ${4 * BLOCK}-`,
      action: { kind: 'hold', when: 'before' },
    });
    const client = await world.start({ steps: [6000] });
    await held.hit;
    const big = world.emulator.drive.addFile({ name: 'film.mp4', bytes: Buffer.alloc(3.5e6) });
    held.release();
    await client.success();
    expect(failures(client)[0]).toMatch(/^failed store-quota/);
    expect([trashings(), world.present()]).toEqual([0, [2000, 4000]]);
    checkBetween(world);
    world.emulator.drive.remove(big);
    await world.rerun();
    expect(world.present()).toEqual([4000, 6000]);
    await check(world);
  });

  it('11. Stored md5 differs → never counts; new id; no rotation', async () => {
    world = await World.create({ keep: 2 });
    await world.seed([2000, 4000]);
    const flip = (times: number): void => {
      world.emulator.faults.add({ contentRange: `^bytes ${BLOCK}-`, times, action: { kind: 'flip' } });
    };
    flip(3);
    const hopeless = await world.run({ steps: [6000] });
    expect(failures(hopeless)[0]).toMatch(/^failed store-corrupt/);
    expect(world.announced.has(6000)).toBe(false);
    const whole = world.ours().filter((item) => item.good && !item.trashed);
    expect(whole.map(({ step }) => step).sort()).toEqual([2000, 4000]);
    flip(1);
    await world.rerun({ steps: [8000] });
    expect(world.announced.has(8000)).toBe(true);
    await check(world);
  });

  it('11. A damaged file that stays does not push out a whole one', async () => {
    world = await World.create({ keep: 2 });
    await world.seed([2000, 4000]);
    world.emulator.faults.add({ contentRange: `^bytes ${BLOCK}-`, times: 3, action: { kind: 'flip' } });
    const client = await world.start({ steps: [6000, 8000], paced: true });
    client.next();
    await client.line(/^end 6000/);
    // the local one is lost as well, so it is never repaired
    for (const folder of [world.workDir, join(world.workDir, 'upload')]) {
      for (const name of readdirSync(folder)) if (name.includes('6000')) rmSync(join(folder, name));
    }
    client.next();
    await client.success();
    const whole = world.ours().filter((item) => item.good && !item.trashed);
    expect(whole.map(({ step }) => step).sort()).toEqual([4000, 8000]);
    await check(world);
  });

  it('12. 401 mid-upload → refresh, same offset', async () => {
    world = await World.create();
    world.emulator.faults.add({ contentRange: `^bytes ${2 * BLOCK}-`, action: { kind: 'expireToken' } });
    await world.run({ steps: [2000] });
    const pieces = world
      .uploads('PUT')
      .map((r) => [Number(/ (\d+)-/.exec(r.contentRange)?.[1]) / BLOCK, r.status]);
    expect(pieces).toEqual([
      [0, 308],
      [1, 308],
      [2, 401],
      [2, 308],
      [3, 308],
      [4, 200],
    ]);
    expect(world.emulator.requests.filter((request) => request.path === '/token')).toHaveLength(1);
    await check(world);
  });

  it('13. invalid_grant → local kept, clear text, no "saved"', async () => {
    world = await World.create();
    await world.seed([2000]);
    world.emulator.faults.add({ contentRange: `^bytes ${BLOCK}-`, action: { kind: 'revokeToken' } });
    const client = await world.run({ steps: [4000] });
    expect(failures(client)[0]).toMatch(
      /^failed store-signed-out .*no longer accepts the login.*drive login/,
    );
    expect([...world.announced]).toEqual([2000]);
    checkBetween(world);
    world.login();
    await world.rerun();
    expect(world.present()).toEqual([2000, 4000]);
    await check(world);
  });
});
