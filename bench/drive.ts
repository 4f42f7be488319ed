/** `npm run bench -- drive`: what uploads in the background cost a training. README.md explains the figures. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { preset } from '../lib/config/presets';
import type { Batch } from '../lib/data/batch';
import { loadEngine } from '../lib/engine/backend';
import { compileProgram } from '../lib/engine/compile/program';
import { tokenPath, writeLogin } from '../lib/storage/token-file';
import { type BackgroundUploader, startBackgroundUploader } from '../lib/training/background-uploader';
import { createCompiledTrainer } from '../lib/training/compiled-trainer';
import { madeUpBatch } from '../lib/training/made-up-batch';
import { saveCheckpoint } from '../lib/training/save';
import type { Trainer } from '../lib/training/trainer';
import { EmulatorProcess } from '../test/support/drive-emulator/emulator-process';
import { busyShare, foreignCpuShare } from './foreign-cpu';

/** Throughput with uploads / without, at least. */
const must = 0.97;

interface Options {
  readonly size: 'full' | 'demo';
  readonly saves: number;
  /** training between two saves; the documented run has 2,000 updates there, much longer */
  readonly seconds: number;
}

/** One stretch of training between two saves. */
interface Leg {
  readonly uploading: boolean;
  readonly updates: number;
  readonly seconds: number;
  /** from the offer to "saved" */
  readonly uploadSeconds: number | null;
}

/** Measures and prints; exit code 1 below the bound. */
export async function benchDrive(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { size: text, saves: text, seconds: text, json: text },
  });
  const options: Options = {
    size: values.size === 'demo' ? 'demo' : 'full',
    saves: Number(values.saves ?? 3),
    seconds: Number(values.seconds ?? 60),
  };
  const own = [process.pid];
  const before = await foreignCpuShare(own);
  const legs = await measure(options);
  const after = await foreignCpuShare(own);
  const busy = Math.max(before, after) > busyShare;
  const rate = (uploading: boolean): number => {
    const chosen = legs.filter((leg) => leg.uploading === uploading);
    return sum(chosen.map((leg) => leg.updates)) / sum(chosen.map((leg) => leg.seconds));
  };
  const result = {
    without: rate(false),
    with: rate(true),
    ratio: rate(true) / rate(false),
    foreignCpu: { before, after },
    busy,
  };
  print(legs, result);
  if (values.json) await writeFile(values.json, `${JSON.stringify({ options, ...result, legs }, null, 2)}\n`);
  if (result.ratio < must) process.exitCode = 1;
}

async function measure(options: Options): Promise<Leg[]> {
  // as `diff-svc train` does
  const { lanes } = await loadEngine({ sideBySide: true });
  const config = preset(options.size === 'demo' ? 'demo' : 'nsf-44k');
  const { maxSentences, cropFrames } = config.training;
  const batch =
    options.size === 'demo' ? madeUpBatch(config, maxSentences, cropFrames!) : madeUpBatch(config, 2, 256);
  const trainer = createCompiledTrainer(config, null, { compile: compileProgram, precision: 'f32', lanes });
  await trainer.prepare?.({ update: [batch] });
  const folder = mkdtempSync(join(tmpdir(), 'bench-drive-'));
  // It stands for Google's computers: it must not take time that training would not miss in reality.
  const emulator = await EmulatorProcess.start({ quotaBytes: 1e12 });
  setPriority(emulator.pid, constants.priority.PRIORITY_LOW);
  let uploader: BackgroundUploader | null = null;
  const saved = new Map<number, number>();
  try {
    const env = await login(emulator, folder);
    const workDir = join(folder, 'checkpoints');
    uploader = startBackgroundUploader(
      {
        folder: 'diff-svc/bench',
        workDir,
        keep: 10,
        fullCount: null,
        fullEvery: null,
        purge: false,
        startStep: 0,
      },
      (message) => {
        const step = /^Saved .*steps_(\d+)\.ckpt/.exec(message)?.[1];
        if (step !== undefined) saved.set(Number(step), performance.now());
        else console.log(message);
      },
      env,
    );
    const training = new Training(trainer, batch, workDir);
    await training.run(5);
    const updates = Math.max(5, Math.ceil(options.seconds / ((await training.run(5)) / 5)));
    const legs: Leg[] = [];
    for (let save = 0; save < options.saves; save++) {
      for (const uploading of save % 2 === 0 ? [false, true] : [true, false]) {
        legs.push(await training.leg(updates, uploading ? uploader : null, saved));
        console.log(line(legs.at(-1)!));
      }
    }
    return legs;
  } finally {
    await uploader?.stop();
    await emulator.stop();
    trainer.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A login of the emulator, for the uploading process to find. */
async function login({ admin }: EmulatorProcess, folder: string): Promise<NodeJS.ProcessEnv> {
  const env = { ...process.env, XDG_CONFIG_HOME: join(folder, 'config'), DIFF_SVC_GOOGLE_ROOT: admin.url };
  const { accessToken, refreshToken, clientId, clientSecret } = await admin.grant({ scopes: ['drive.file'] });
  const tokens = { access_token: accessToken, refresh_token: refreshToken, scope: 'drive.file' };
  await writeLogin(tokenPath(env, folder), { clientId, clientSecret, tokens });
  return env;
}

/** Updates one after the other, as the loop makes them. */
class Training {
  private step = 0;

  constructor(
    private readonly trainer: Trainer,
    private readonly batch: Batch,
    private readonly workDir: string,
  ) {}

  /** @returns seconds */
  async run(updates: number): Promise<number> {
    const started = performance.now();
    for (let i = 0; i < updates; i++) {
      const metrics = this.trainer.update(this.batch, this.step++);
      metrics.loss();
      metrics.dispose();
      await setImmediate();
    }
    return (performance.now() - started) / 1000;
  }

  /** A local save, then updates; the save itself is the same with and without uploads and is not timed. */
  async leg(updates: number, uploader: BackgroundUploader | null, saved: Map<number, number>): Promise<Leg> {
    const { step } = this;
    const path = await saveCheckpoint(
      { step, epoch: 0, ...(await this.trainer.state()), extra: null },
      { saveDir: this.workDir, keep: 2, now: Date.now, notice: console.log },
    );
    const offered = performance.now();
    uploader?.offer({ path, step });
    const seconds = await this.run(updates);
    const failed = await uploader?.settled();
    if (failed) throw failed;
    const uploadSeconds = uploader === null ? null : (saved.get(step)! - offered) / 1000;
    return { uploading: uploader !== null, updates, seconds, uploadSeconds };
  }
}

function line({ uploading, updates, seconds, uploadSeconds }: Leg): string {
  const rate = `${updates} updates, ${(updates / seconds).toFixed(3)} a second`;
  if (!uploading) return `without: ${rate}`;
  return `with:    ${rate}, saved on Drive after ${uploadSeconds!.toFixed(1)} s of ${seconds.toFixed(1)} s`;
}

function print(
  legs: readonly Leg[],
  { ratio, busy }: { readonly ratio: number; readonly busy: boolean },
): void {
  const late = legs.filter((leg) => leg.uploadSeconds !== null && leg.uploadSeconds > leg.seconds);
  console.log(`drive_throughput ${ratio.toFixed(4)} (must ${must})${busy ? ', machine busy' : ''}`);
  if (late.length > 0)
    console.log(`${late.length} uploads took longer than the stretch: take more --seconds`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
