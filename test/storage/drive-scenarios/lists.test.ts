import { afterEach, describe, expect, it } from 'vitest';
import type { DriveNode } from '../../support/drive-emulator/node';
import { check, checkBetween } from './invariants';
import { BLOCK, World } from './world';

let world: World;
afterEach(() => world.dispose());

/** A second file that says it is the same checkpoint. */
function addTwin(of: number, changes: Partial<DriveNode> = {}): string {
  const { drive } = world.emulator;
  const original = drive.node(world.ours().find((item) => item.step === of)!.id);
  const { id: _, headRevisionId: __, ...rest } = original;
  const content = drive.contents.store(drive.bytes(original.id));
  return drive.create({ ...rest, content, createdMs: original.createdMs + 1000, ...changes }).id;
}

const notices = (lines: readonly string[]): string =>
  lines.filter((line) => line.startsWith('notice')).join('\n');

describe('lists that are not to be trusted', () => {
  it('14. New file missing from lists for 1 h → not reuploaded, nothing extra trashed', async () => {
    world = await World.create();
    await world.seed([2000]);
    world.emulator.drive.listLagMs = 3600_000;
    await world.run({ steps: [4000, 6000, 8000] });
    await world.rerun();
    expect(world.uploads('POST')).toHaveLength(4);
    expect(world.present()).toEqual([4000, 6000, 8000]);
    checkBetween(world);
    world.emulator.clock.advance(3600_001);
    world.login();
    await world.rerun({ steps: [10_000] });
    expect(world.present()).toEqual([6000, 8000, 10_000]);
    world.emulator.clock.advance(3600_001);
    world.login();
    await check(world);
  });

  it('14. A damaged file that lists did not show goes once they do, though its step is superseded', async () => {
    world = await World.create({ keep: 2 });
    await world.seed([2000]);
    world.emulator.drive.listLagMs = 3600_000;
    world.emulator.faults.add({ contentRange: `^bytes ${BLOCK}-`, action: { kind: 'flip' } });
    await world.run({ steps: [4000, 6000, 8000] });
    expect(world.ours().filter((item) => item.step === 4000)).toHaveLength(2);
    world.emulator.drive.listLagMs = 0;
    world.emulator.clock.advance(3600_001);
    world.login();
    await world.run({ steps: [10_000] });
    expect(world.present()).toEqual([8000, 10_000]);
    await check(world);
  });

  it('15. Page 3 fails, or incompleteSearch → no rotation', async () => {
    world = await World.create();
    await world.seed([2000, 4000, 6000]);
    const parent = world.folderId();
    for (let i = 0; i < 250; i++) {
      world.emulator.drive.addFile({ name: `note ${i}`, bytes: Buffer.from(''), parent, client: 'app' });
    }
    const list = { path: '^/drive/v3/files$', method: 'GET' } as const;
    world.emulator.faults.add({ ...list, page: 3, times: 'always', action: { kind: 'status', status: 500 } });
    const first = await world.run({ steps: [8000] });
    expect(notices(first.lines)).toContain('Saved model_ckpt_steps_8000.ckpt');
    expect(world.present()).toEqual([2000, 4000, 6000, 8000]);
    world.emulator.faults.clear();
    const query = 'in parents and trashed = false&pageSize';
    world.emulator.faults.add({ ...list, query, times: 'always', action: { kind: 'incompleteSearch' } });
    const second = await world.run({ steps: [10_000] });
    expect(notices(second.lines)).toContain('Saved model_ckpt_steps_10000.ckpt');
    expect(world.present()).toEqual([2000, 4000, 6000, 8000, 10_000]);
    world.emulator.faults.clear();
    await world.run({ steps: [12_000] });
    expect(world.present()).toEqual([8000, 10_000, 12_000]);
    await check(world);
  });

  it('16. Twins of one step, identical → one trashed', async () => {
    world = await World.create();
    await world.seed([2000]);
    addTwin(2000);
    await world.run({ steps: [4000] });
    expect(world.present()).toEqual([2000, 4000]);
    await check(world);
  });

  it('16. Twins of one step, different → both kept, warning', async () => {
    world = await World.create();
    await world.seed([2000, 4000]);
    const other = world.emulator.drive.node(world.ours().find((item) => item.step === 4000)!.id);
    const { sha256, md5 } = other.content!;
    // another checkpoint altogether, whole by its own checksums, under the step of the first
    const content = world.emulator.drive.contents.store(world.emulator.drive.bytes(other.id));
    addTwin(2000, {
      content,
      properties: { ...other.properties, dsvcStep: '2000', dsvcSha256: sha256, dsvcMd5: md5 },
    });
    const client = await world.run({ steps: [6000] });
    expect(world.present()).toEqual([2000, 2000, 4000, 6000]);
    expect(notices(client.lines)).toMatch(/several checkpoints of step 2000 with different content/);
    await check(world);
  });
});
