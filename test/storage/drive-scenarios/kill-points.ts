/** Carries a save to its nth point, kills the process there, and runs it again. */

import { checkAll, checkBetween } from './invariants';
import type { ClientJob } from './job';
import { World } from './world';

const KEEP = 3;
const STEP = 8000;
/** saved after the rerun: rotation is complete then */
const NEXT = 10_000;
/** Worlds at work at once. */
const WIDTH = 3;

/** A point of a save that rotates. */
export interface KillPoint {
  readonly label: string;
  readonly job: Partial<ClientJob>;
  /** which request is held until the process is dead; null: it kills itself */
  readonly request: { readonly n: number; readonly when: 'before' | 'after' } | null;
}

/** Three saves of before, things of other people, and the save at hand still to come. */
async function prepare(): Promise<World> {
  const world = await World.create({ keep: KEEP });
  await world.seed([2000, 4000, 6000]);
  world.addForeign();
  return world;
}

/** How many points there are: an undisturbed save, counted. */
export async function countPoints(): Promise<{ readonly requests: number; readonly changes: number }> {
  const world = await prepare();
  try {
    const before = world.emulator.requests.length;
    const client = await world.run({ steps: [STEP] });
    const changes = Number(client.lines.find((line) => line.startsWith('changes'))!.split(' ')[1]);
    return { requests: world.emulator.requests.length - before, changes };
  } finally {
    await world.dispose();
  }
}

/** @throws AssertionError for the first point after which an invariant does not hold */
export async function killAtEach(points: readonly KillPoint[]): Promise<void> {
  const queue = [...points];
  const worlds: { readonly world: World; readonly label: string }[] = [];
  const work = async (): Promise<void> => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      const world = await prepare();
      worlds.push({ world, label: point.label });
      await killAndRerun(world, point);
    }
  };
  try {
    await Promise.all(Array.from({ length: WIDTH }, work));
    await checkAll(worlds);
  } finally {
    await Promise.all(worlds.map(({ world }) => world.dispose()));
  }
}

async function killAndRerun(world: World, { label, job, request }: KillPoint): Promise<void> {
  const held =
    request && world.emulator.faults.add({ nth: request.n, action: { kind: 'hold', when: request.when } });
  const client = await world.start({ steps: [STEP], ...job });
  if (held) {
    await Promise.race([held.hit, client.ended]);
    await client.kill();
    world.emulator.faults.clear();
  }
  const { signal } = await client.ended;
  if (signal !== 'SIGKILL') throw new Error(`Expected ${label} to be reached:\n${client.lines.join('\n')}`);
  await world.observe();
  checkBetween(world, label);
  await world.rerun({ steps: [NEXT] });
  // a kill before the local file was complete leaves nothing to save
  const wanted = world.written.has(STEP) ? [6000, STEP, NEXT] : [4000, 6000, NEXT];
  const present = world.present();
  if (present.join() !== wanted.join()) {
    throw new Error(`Expected steps ${wanted} after ${label}, got ${present}`);
  }
  // not even in the trash: the id is written down before anything is sent, so nothing is sent twice
  const twins = world.ours().filter(({ step }) => step === STEP).length;
  if (twins > 1) throw new Error(`Expected one file of step ${STEP} after ${label}, got ${twins}`);
}
