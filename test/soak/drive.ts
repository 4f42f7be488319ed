/**
 * `npm run soak -- drive`: hundreds of saves against an emulator that fails all the time, by a process that is killed again
 * and again. At the end nothing is lost, nothing foreign touched, exactly the newest are left, once each.
 * Options: --saves 300 --megabytes 40 --kills 20 --rate 0.05 --seed 1 --json FILE
 */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check, loadAll } from '../storage/drive-scenarios/invariants';
import type { LineProcess } from '../storage/drive-scenarios/process-lines';
import { World } from '../storage/drive-scenarios/world';
import { addRandomFaults, seededRandom } from './random-faults';

const KEEP = 10;
const INTERVAL = 2000;
/** of lists, in every fifth stretch between starts of the process */
const LAG_MS = 600_000;

interface Plan {
  readonly saves: number;
  readonly megabytes: number;
  readonly kills: number;
  readonly rate: number;
  readonly seed: number;
  readonly json: string | null;
}

/** @throws Error with what does not hold */
export async function soakDrive(args: readonly string[]): Promise<void> {
  const plan = parse(args);
  requireDisk(plan);
  const random = seededRandom(plan.seed);
  const world = await World.create({ keep: KEEP, quotaBytes: 1e12, random });
  const started = performance.now();
  const leave = (): void => void world.dispose().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  try {
    const soak = new Soak(world, plan, random);
    await soak.run();
    const loaded = await finish(world);
    const seconds = Math.round((performance.now() - started) / 1000);
    report(plan, { ...soak.summary(), seconds, left: loaded });
  } finally {
    await world.dispose();
  }
}

function parse(args: readonly string[]): Plan {
  const text = { type: 'string' } as const;
  const options = { saves: text, megabytes: text, kills: text, rate: text, seed: text, json: text };
  const { values } = parseArgs({ args: [...args], options });
  return {
    saves: Number(values.saves ?? 300),
    megabytes: Number(values.megabytes ?? 40),
    kills: Number(values.kills ?? 20),
    rate: Number(values.rate ?? 0.05),
    seed: Number(values.seed ?? 1),
    json: values.json ?? null,
  };
}

/** Nothing leaves the emulator's trash here, so all saves lie on the disk at once. */
function requireDisk({ saves, megabytes }: Plan): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  const needed = (saves + 50) * megabytes * 1.2e6;
  if (bavail * bsize < needed) {
    throw new Error(
      `Expected ${Math.ceil(needed / 1e9)} GB free in ${tmpdir()} (TMPDIR), found ${Math.floor((bavail * bsize) / 1e9)} GB`,
    );
  }
}

class Soak {
  private readonly failures = new Map<string, number>();
  private tally: Record<string, number> = {};
  private kills = 0;
  private starts = 0;
  private done = 0;

  constructor(
    private readonly world: World,
    private readonly plan: Plan,
    private readonly random: () => number,
  ) {}

  async run(): Promise<void> {
    const { saves, kills } = this.plan;
    // the first saves are undisturbed: they make the place for foreign things
    await this.reach(Math.min(2, saves), false);
    this.world.addForeign();
    const cuts = Array.from({ length: kills }, () => 3 + Math.floor(this.random() * (saves - 3)));
    for (const [i, until] of cuts.sort((a, b) => a - b).entries()) {
      await this.reach(until, true);
      if (i === kills >> 1) await this.loadAmidFaults();
    }
    await this.reach(saves, false);
  }

  /** Processes one after the other, each as long as its login lasts; the last is killed in its last save if asked. */
  private async reach(until: number, kill: boolean): Promise<void> {
    do await this.stretch(until, kill);
    while (this.done < until);
  }

  /** Downloads that fail too: what arrives is right, or it does not count as arrived. */
  private async loadAmidFaults(): Promise<void> {
    const { world } = this;
    world.login();
    addRandomFaults(world.emulator.faults, this.plan.rate, true);
    const [loaded] = await loadAll([world]);
    const ours = new Set(world.ours().map(({ id }) => id));
    const arrived = loaded!.files.filter(({ id, sha256 }) => ours.has(id) && sha256 !== null);
    const wrong = arrived.filter(({ step, sha256 }) => !world.isGood(step, sha256));
    if (wrong.length > 0) throw new Error(`Expected right bytes or none, got ${JSON.stringify(wrong)}`);
    this.count();
  }

  summary(): Record<string, unknown> {
    return {
      saves: this.done,
      verified: this.world.announced.size,
      kills: this.kills,
      starts: this.starts,
      requests: this.world.emulator.requests.length,
      faults: this.tally,
      failedSaves: Object.fromEntries(this.failures),
    };
  }

  /** One process, from the next save to `until`, killed in the middle of that one if asked. */
  private async stretch(until: number, kill: boolean): Promise<void> {
    const { world, plan } = this;
    const steps = Array.from(
      { length: Math.max(0, until - this.done) },
      (_, i) => (this.done + 1 + i) * INTERVAL,
    );
    world.login();
    world.emulator.drive.listLagMs = this.starts % 5 === 4 ? LAG_MS : 0;
    if (this.done > 0) addRandomFaults(world.emulator.faults, plan.rate);
    this.starts += 1;
    const values = Math.round((plan.megabytes * 1e6) / 12);
    const client = await world.start({ catchUp: true, steps, values, chunkBytes: 8 << 20 });
    let killed = false;
    for (const step of steps) {
      await Promise.race([client.line(new RegExp(`^local ${step} `)), client.ended]);
      killed = kill && step === steps.at(-1);
      if (killed) await this.killSoon(client);
      else await Promise.race([client.line(new RegExp(`^end ${step}$`)), client.ended]);
      this.done = step / INTERVAL;
      this.progress();
      if (killed || client.lines.some((line) => line.startsWith('failed store-signed-out'))) break;
    }
    if (kill && steps.length === 0) await this.killSoon(client);
    else if (!killed && this.done < until) await client.kill();
    await this.end(client);
  }

  /** At a moment that no protocol knows: up to 1.5 s after the local file. */
  private async killSoon(client: LineProcess): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.random() * 1500));
    await client.kill();
    this.kills += 1;
  }

  private async end(client: LineProcess): Promise<void> {
    const { code, signal } = await client.ended;
    if (code !== 0 && signal !== 'SIGKILL')
      throw new Error(`The client ended with ${code ?? signal}:\n${client.lines.slice(-20).join('\n')}`);
    for (const line of client.lines) {
      const failed = /^failed (\S+)/.exec(line)?.[1];
      if (failed) this.failures.set(failed, (this.failures.get(failed) ?? 0) + 1);
    }
    this.count();
    await this.world.observe();
    // the local trash is not what is tested here, and would fill this disk
    rmSync(join(this.world.workDir, 'trash'), { recursive: true, force: true });
  }

  private count(): void {
    for (const [kind, hits] of Object.entries(this.world.emulator.faults.tally())) {
      this.tally[kind] = (this.tally[kind] ?? 0) + hits;
    }
    this.world.emulator.faults.clear();
  }

  private progress(): void {
    const { done, world, kills } = this;
    process.stderr.write(
      `\rsave ${done}/${this.plan.saves}, verified ${world.announced.size}, kills ${kills}  `,
    );
  }
}

/** A quiet rerun and one save more; then the invariants, by a fresh process. */
async function finish(world: World): Promise<number[]> {
  const { emulator } = world;
  process.stderr.write('\n');
  emulator.clock.advance(LAG_MS + 1);
  emulator.drive.listLagMs = 0;
  world.login();
  await world.rerun();
  const newest = Math.max(...world.written.keys());
  await world.rerun({ steps: [newest + INTERVAL], values: 1000 });
  await check(world);
  const left = world.present();
  if (left.length !== KEEP || new Set(left).size !== KEEP)
    throw new Error(`Expected ${KEEP} checkpoints, got ${left}`);
  return left;
}

function report({ json, ...plan }: Plan, result: Record<string, unknown>): void {
  console.log('nothing lost, nothing foreign touched, no twins');
  for (const [name, value] of Object.entries(result)) console.log(`${name}: ${JSON.stringify(value)}`);
  if (json) writeFileSync(json, `${JSON.stringify({ plan, ...result }, null, 2)}\n`);
}
