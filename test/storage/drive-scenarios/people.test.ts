import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { seenItems } from '../../support/drive-emulator/admin';
import { check, checkBetween } from './invariants';
import { World } from './world';

let world: World;
afterEach(() => world.dispose());

const notices = (lines: readonly string[]): string =>
  lines.filter((line) => line.startsWith('notice')).join('\n');

describe('other people, other processes', () => {
  it('17. Two processes, one run → second forks; neither trashes the other’s', async () => {
    world = await World.create();
    await world.seed([2000, 4000]);
    const elsewhere = world.freshFolder();
    copyFileSync(
      join(world.workDir, 'model_ckpt_steps_4000.ckpt'),
      join(elsewhere, 'model_ckpt_steps_4000.ckpt'),
    );
    const first = await world.start({ steps: [6000, 8000, 10_000], paced: true });
    const second = await world.start({
      workDir: elsewhere,
      steps: [5000, 7000, 9000],
      paced: true,
      variant: 1,
    });
    await Promise.all([first.line(/^open/), second.line(/^open/)]);
    const steps = [
      [second, 5000],
      [first, 6000],
      [second, 7000],
      [first, 8000],
      [second, 9000],
      [first, 10_000],
    ] as const;
    for (const [process, step] of steps) {
      process.next();
      await process.line(new RegExp(`^end ${step}`));
    }
    await Promise.all([first.success(), second.success()]);
    const runs = new Map<string, number[]>();
    for (const item of world.ours().filter(({ trashed }) => !trashed)) {
      const run = item.properties.dsvcRun!;
      runs.set(
        run,
        [...(runs.get(run) ?? []), item.step].sort((a, b) => a - b),
      );
    }
    const [ours, theirs] = [...runs.values()].sort((a, b) => b.at(-1)! - a.at(-1)!);
    expect(runs.size).toBe(2);
    expect(ours).toEqual([6000, 8000, 10_000]);
    expect(theirs).toEqual([5000, 7000, 9000]);
    expect(world.untrue).toEqual([]);
  });

  it.each(['trashes', 'moves'])(
    '18. User %s the folder → newest saved in a new one, loudly',
    async (what) => {
      world = await World.create();
      await world.seed([2000, 4000]);
      const former = world.folderId();
      const { drive } = world.emulator;
      if (what === 'trashes') drive.change(former, { explicitlyTrashed: true, trashedMs: drive.clock.now() });
      else drive.change(former, { parent: drive.addFolder({ name: 'archive' }) });
      const before = seenItems(world.emulator).filter((item) => item.parent === former);
      const client = await world.run({ steps: [6000] });
      const saved = world.ours().find((item) => item.step === 6000)!;
      expect(saved.parent).not.toBe(former);
      expect([saved.good, saved.trashed]).toEqual([true, false]);
      expect(notices(client.lines)).toMatch(/folder/i);
      // nothing was untrashed or otherwise touched behind the user's back
      expect(seenItems(world.emulator).filter((item) => item.parent === former)).toEqual(before);
      expect(world.untrue).toEqual([]);
    },
  );

  it('19. Trash answers 403 → a save never fails for it, and it is done later', async () => {
    world = await World.create();
    await world.seed([2000, 4000, 6000]);
    const patch = { method: 'PATCH', path: '^/drive/v3/files/' } as const;
    const action = { kind: 'status', status: 403, reason: 'insufficientFilePermissions' } as const;
    world.emulator.faults.add({ ...patch, times: 'always', action });
    const client = await world.run({ steps: [8000] });
    expect(client.lines.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(world.present()).toEqual([2000, 4000, 6000, 8000]);
    world.emulator.faults.clear();
    await world.run({ steps: [10_000] });
    expect(world.present()).toEqual([6000, 8000, 10_000]);
    await check(world);
  });

  it('19. Trash answers 500 after applying → idempotent', async () => {
    world = await World.create();
    await world.seed([2000, 4000, 6000]);
    const patch = { method: 'PATCH', path: '^/drive/v3/files/' } as const;
    world.emulator.faults.add({ ...patch, times: 2, action: { kind: 'status', status: 500, when: 'after' } });
    const client = await world.run({ steps: [8000] });
    expect(client.lines.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(world.present()).toEqual([4000, 6000, 8000]);
    await check(world);
  });

  it('20. Newest download truncated → goes on; corrupt → next older loads; foreigners untouched', async () => {
    world = await World.create();
    await world.seed([2000, 4000]);
    world.addForeign();
    world.emulator.faults.add({ query: 'alt=media', times: 2, action: { kind: 'truncate', bytes: 300_000 } });
    const whole = await check(world);
    expect(whole.latest).toBe(4000);
    const newest = world.ours().find((item) => item.step === 4000)!;
    const bytes = world.emulator.drive.bytes(newest.id);
    bytes[bytes.length >> 1]! ^= 1;
    world.emulator.drive.change(newest.id, { content: world.emulator.drive.contents.store(bytes) });
    world.announced.delete(4000);
    for (const name of readdirSync(world.workDir))
      if (name.includes('4000')) execFileSync('rm', [join(world.workDir, name)]);
    const loaded = await check(world);
    expect(loaded.latest).toBe(2000);
    expect(loaded.notices.join('\n')).toMatch(/Left out model_ckpt_steps_4000\.ckpt/);
  });

  it('20. Local ENOSPC → nothing half-written counts, old files stay', async (context) => {
    world = await World.create();
    const disk = join(world.freshFolder(), 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      console.warn('SKIPPED: no permission to mount a small disk');
      return context.skip();
    }
    try {
      const client = await world.run({ workDir: disk, steps: [2000, 4000, 6000, 8000] });
      const failed = client.lines.filter((line) => line.startsWith('failed'));
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.every((line) => line.startsWith('failed disk-full'))).toBe(true);
      expect(readdirSync(disk).filter((name) => name.endsWith('.part'))).toEqual([]);
      checkBetween(world);
      expect(world.present().length).toBeGreaterThanOrEqual(2);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
