/** An emulator, save folders and client processes, and what was said and written meanwhile. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCheckpoints } from '../../../lib/checkpoint/find';
import type { GrantedTokens } from '../../support/drive-emulator/accounts';
import { type SeenItem, seenItems } from '../../support/drive-emulator/admin';
import { DriveEmulator, type EmulatorOptions } from '../../support/drive-emulator/emulator';
import type { LoggedRequest } from '../../support/drive-emulator/server';
import { openDrive, openUploader, saveLocally } from '../../training/uploads';
import type { ClientJob, DriveJob } from './job';
import { LineProcess } from './process-lines';

/** Bytes of a piece; a checkpoint has about 1.1 MB, so five pieces. */
export const BLOCK = 256 * 1024;
const VALUES = 90_000;

/** What may differ between worlds. */
export interface WorldOptions extends EmulatorOptions {
  readonly keep?: number;
}

/** An item of the emulator that is a checkpoint of ours. */
export interface OurItem extends SeenItem {
  readonly step: number;
  /** its bytes are a checkpoint that some process completed locally */
  readonly good: boolean;
}

export class World {
  readonly folder = 'diff-svc/alice';
  readonly workDir: string;
  readonly keep: number;
  /** SHA-256 of every complete local checkpoint that ever was, by step */
  readonly written = new Map<number, Set<string>>();
  /** steps of which "saved" was said */
  readonly announced = new Set<number>();
  /** "saved" said of a file that was not there at that moment */
  readonly untrue: string[] = [];
  /** things of other people, as they were */
  readonly foreign: SeenItem[] = [];
  private tokens: GrantedTokens;
  private readonly temporary: string[] = [];
  private readonly processes: LineProcess[] = [];

  private constructor(
    readonly emulator: DriveEmulator,
    options: WorldOptions,
  ) {
    this.keep = options.keep ?? 3;
    this.workDir = this.freshFolder();
    this.tokens = emulator.accounts.grant({ scopes: ['drive.file'] });
  }

  static async create(options: WorldOptions = {}): Promise<World> {
    return new World(await DriveEmulator.start(options), options);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.emulator.stop();
    for (const folder of this.temporary) rmSync(folder, { recursive: true, force: true });
  }

  freshFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'drive-scenario-'));
    this.temporary.push(folder);
    return folder;
  }

  /** The person logs in again. */
  login(): void {
    this.tokens = this.emulator.accounts.grant({ scopes: ['drive.file'] });
  }

  /** Saves without a process of its own: for what comes before a scenario. */
  async seed(steps: readonly number[]): Promise<void> {
    const more = { keep: this.keep, notice: (message: string) => this.hear(`notice ${message}`) };
    const { uploader } = await openUploader(openDrive(this.emulator), this.workDir, more);
    for (const step of steps) {
      const path = await saveLocally(this.workDir, step, VALUES);
      this.hear(localLine(path, step));
      await uploader.save(path, step);
    }
    await uploader.close();
  }

  /** Starts a client that goes on from the newest local checkpoint. */
  async start(job: Partial<ClientJob> = {}): Promise<LineProcess> {
    const workDir = job.workDir ?? this.workDir;
    const whole: ClientJob = {
      ...this.driveJob(),
      workDir,
      keep: this.keep,
      startStep: (await findCheckpoints(workDir))[0]?.step ?? 0,
      catchUp: false,
      steps: [],
      variant: 0,
      paced: false,
      killAtChange: 0,
      values: VALUES,
      chunkBytes: BLOCK,
      ...job,
    };
    const process = new LineProcess('client-child.ts', [JSON.stringify(whole)], (line) => this.hear(line));
    this.processes.push(process);
    return process;
  }

  /** Runs a client to its end. */
  async run(job: Partial<ClientJob> = {}): Promise<LineProcess> {
    const process = await this.start(job);
    await process.success();
    return process;
  }

  /** What a restart does: finishes what was left. */
  rerun(job: Partial<ClientJob> = {}): Promise<LineProcess> {
    return this.run({ catchUp: true, ...job });
  }

  /** Takes note of local checkpoints that are complete though their process had no time to say so. */
  async observe(): Promise<void> {
    for (const { path, step } of await findCheckpoints(this.workDir)) this.hear(localLine(path, step));
  }

  /** Things of other people in and around the folder. */
  addForeign(): void {
    const { drive } = this.emulator;
    const parent = this.folderId();
    const placed = { bytes: Buffer.from('not ours'), parent };
    const mine = { ...placed, client: 'app' };
    const ids = [
      drive.addFile({ ...placed, name: 'model_ckpt_steps_1.ckpt' }),
      drive.addFile({ ...mine, name: 'notes.txt' }),
      drive.addFile({ ...mine, name: 'model_ckpt_steps_2.ckpt' }),
      drive.addFile({ ...mine, name: 'other.ckpt', properties: { dsvcRun: '00', dsvcStep: '3' } }),
    ];
    ids.push(drive.addShortcut({ name: 'model_ckpt_steps_4.ckpt', parent, client: 'app', target: ids[0]! }));
    this.foreign.push(...seenItems(this.emulator).filter(({ id }) => ids.includes(id)));
  }

  /** Checkpoints of ours, trashed ones too. */
  ours(): OurItem[] {
    const foreign = new Set(this.foreign.map(({ id }) => id));
    return seenItems(this.emulator)
      .filter((item) => item.properties.dsvcStep !== undefined && !foreign.has(item.id))
      .map((item) => {
        const step = Number(item.properties.dsvcStep);
        return { ...item, step, good: this.isGood(step, item.sha256) };
      });
  }

  /** Steps of ours that are not trashed, ascending; a step of two files is there twice. */
  present(): number[] {
    const steps = this.ours().filter((item) => !item.trashed);
    return steps.map(({ step }) => step).sort((a, b) => a - b);
  }

  isGood(step: number, sha256: string | null): boolean {
    return sha256 !== null && (this.written.get(step)?.has(sha256) ?? false);
  }

  /** Id of the folder of checkpoints. */
  folderId(): string {
    return seenItems(this.emulator).find((item) => item.name === 'alice' && !item.trashed)!.id;
  }

  /** Requests of uploads: `POST` opens a session, `PUT` sends or asks. */
  uploads(method: 'POST' | 'PUT'): LoggedRequest[] {
    return this.emulator.requests.filter((r) => r.path.startsWith('/upload/') && r.method === method);
  }

  driveJob(): DriveJob {
    const aheadMs = this.emulator.clock.now() - Date.now();
    return { url: this.emulator.url, tokens: this.tokens, aheadMs, folder: this.folder };
  }

  private hear(line: string): void {
    const local = /^local (\d+) (\w+)$/.exec(line);
    if (local) {
      const step = Number(local[1]);
      this.written.set(step, new Set([...(this.written.get(step) ?? []), local[2]!]));
    }
    const saved = /^notice Saved \S*steps_(\d+)\.ckpt to .*verified/.exec(line);
    if (!saved) return;
    const step = Number(saved[1]);
    this.announced.add(step);
    if (!this.ours().some((item) => item.step === step && item.good)) this.untrue.push(line);
  }
}

function localLine(path: string, step: number): string {
  return `local ${step} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
