/**
 * What holds whatever happens. A: a fresh process that has Drive alone loads min(verified saves, keep). B: the newest
 * complete local checkpoint is on Drive. C: nothing foreign or unsuperseded was touched, removals can be undone.
 * D: "saved" was true when it was said.
 */
import assert from 'node:assert/strict';
import { findCheckpoints } from '../../../lib/checkpoint/find';
import { seenItems } from '../../support/drive-emulator/admin';
import type { Loaded } from './load-child';
import { LineProcess } from './process-lines';
import type { World } from './world';

/** One fresh process looks at all of them. @param label for messages, beside each world */
export async function checkAll(
  worlds: readonly { readonly world: World; readonly label: string }[],
): Promise<Loaded[]> {
  for (const { world } of worlds) world.emulator.faults.clear();
  const loaded = await loadAll(worlds.map(({ world }) => world));
  for (const [i, { world, label }] of worlds.entries()) {
    const found = loaded[i]!.files.filter((file) => world.isGood(file.step, file.sha256));
    const steps = new Set(found.map(({ step }) => step));
    checkLoadable(world, steps, label);
    const local = (await findCheckpoints(world.workDir))[0];
    if (local)
      assert(steps.has(local.step), `B ${label}: the newest local one, ${local.step}, is not on Drive`);
    checkTouched(world, label);
  }
  return loaded;
}

/** What a fresh process that has nothing but the logins can load. */
export async function loadAll(worlds: readonly World[]): Promise<Loaded[]> {
  const targets = worlds.map((world) => ({ job: world.driveJob(), target: world.freshFolder() }));
  const process = new LineProcess('load-child.ts', [JSON.stringify(targets)]);
  await process.success();
  return JSON.parse(process.lines.at(-1)!) as Loaded[];
}

/** All four, for one world. */
export async function check(world: World): Promise<Loaded> {
  return (await checkAll([{ world, label: '' }]))[0]!;
}

/** A, C and D by the emulator's own state; B is not due before a rerun. */
export function checkBetween(world: World, label = ''): void {
  const there = world.ours().filter((item) => item.good && !item.trashed);
  checkLoadable(world, new Set(there.map(({ step }) => step)), label);
  checkTouched(world, label);
}

/** A: of every announced step, the file or `keep` newer ones. */
function checkLoadable(world: World, steps: ReadonlySet<number>, label: string): void {
  const missing = [...world.announced].filter((step) => {
    const newer = [...steps].filter((other) => other > step).length;
    return !steps.has(step) && newer < world.keep;
  });
  assert.deepEqual(missing, [], `A ${label}: announced, not superseded, not loadable`);
  assert(steps.size >= Math.min(world.announced.size, world.keep), `A ${label}: only ${steps.size} load`);
}

function checkTouched(world: World, label: string): void {
  assert.deepEqual(world.untrue, [], `D ${label}`);
  const now = seenItems(world.emulator);
  for (const before of world.foreign) {
    const after = now.find(({ id }) => id === before.id);
    assert.deepEqual(after, before, `C ${label}: foreign`);
  }
  const good = world.ours().filter((item) => item.good);
  for (const step of world.announced) {
    assert(
      good.some((item) => item.step === step),
      `C ${label}: step ${step} cannot be restored`,
    );
  }
  const present = good.filter((item) => !item.trashed);
  for (const item of good.filter(({ explicitlyTrashed }) => explicitlyTrashed)) {
    const newer = new Set(present.filter((other) => other.step > item.step).map(({ step }) => step)).size;
    const twin = present.some((other) => other.sha256 === item.sha256);
    assert(newer >= world.keep || twin, `C ${label}: step ${item.step} was trashed, not superseded`);
  }
}
