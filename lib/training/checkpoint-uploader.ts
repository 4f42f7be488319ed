/**
 * Saves checkpoints of one run from the local save folder to a store, so that nothing is lost whenever this process, the
 * network or the store fails. Points of one save, at each of which a kill is harmless:
 *
 * 1 the local file gets a second name, which local rotation does not touch; 2 hashed; 3 id reserved; 4 journal; 5 session
 * opened; 6 session in the journal; 7 each chunk; 8 the last one answered; 9 read back; 10 written down as saved;
 * 11 announced; 12 listed for rotation; 13 each one trashed; 14 journal entry dropped.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findCheckpoints } from '../checkpoint/find';
import { isUserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { forgetUpload, pendingUploads, type UploadOrder, uploadDurably } from '../storage/durable-upload';
import type { FolderLock } from '../storage/folder-lock';
import type { Clock } from '../storage/retry';
import type { Store } from '../storage/store';
import { isStoreError } from '../storage/store-errors';
import { asCheckpoint, isWhole, marks } from './remote-checkpoints';
import { provideFolder } from './remote-folder';
import { rotateRemote } from './remote-rotate';
import { planCatchUp } from './remote-rotation';
import { continued, findStart, origin } from './run-start';
import { secondName, tidyJournal } from './second-name';
import { writeSlim } from './slim-checkpoint';
import { lockPatiently } from './upload-lock';
import { newState, readState, type UploadState, writeState } from './upload-state';

/** What is saved where, and what stays. */
export interface UploaderOptions {
  readonly store: Store;
  /** in the store: `diff-svc/alice` */
  readonly folder: string;
  /** local save folder; the journal is its subfolder `upload` */
  readonly workDir: string;
  /** checkpoints that stay in the store, beside pinned ones */
  readonly keep: number;
  /** of the newest so many the full file stays, of the others a slim one; null: all stay full */
  readonly fullCount: number | null;
  /** only steps that are a multiple go up whole, the others slim; null: all whole */
  readonly fullEvery: number | null;
  /** delete superseded files of ours for good instead of leaving them in the trash */
  readonly purge: boolean;
  /** 0: a new run; else training went on from the checkpoint of this step in `workDir` */
  readonly startStep: number;
  /** mark of the run whose file in the store training went on from; null: from a local file */
  readonly startRun?: string | null;
  readonly clock: Clock;
  readonly notice: OnNotice;
  /** bytes that the store has confirmed of a file */
  readonly onBytes?: (name: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** How a checkpoint is to be saved. */
export interface SaveHow {
  /** whole whatever `fullEvery` says: the last one of a training */
  readonly whole?: boolean;
}

/** An open uploader; one at a time in a save folder. */
export interface CheckpointUploader {
  /**
   * Saves one checkpoint file and then rotates. Resolves when the store has it, verified.
   * @throws store errors; everything is kept for the next try, `catchUp` included
   */
  save(path: string, step: number, how?: SaveHow): Promise<void>;
  /**
   * Finishes what the journal holds, saves the newest local checkpoint if the store has not got it, then older ones that
   * failed or were overtaken, as far as `keep` goes.
   */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the journal in `workDir`. @throws UserError `folder-locked` after 30 s, `upload-state-invalid` */
export async function openCheckpointUploader(options: UploaderOptions): Promise<CheckpointUploader> {
  const journal = join(options.workDir, 'upload');
  await mkdir(journal, { recursive: true });
  const lock = await lockPatiently(journal, options.notice);
  try {
    const place = `${options.store.label}: ${options.folder}`;
    const before = await readState(journal);
    const state =
      continued(before, place, options) ?? newState(place, origin(before, place, options), options.startStep);
    const uploader = new Uploader(options, journal, lock, state);
    await tidyJournal(journal, state.run);
    await writeState(journal, state);
    return uploader;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class Uploader implements CheckpointUploader {
  constructor(
    private readonly options: UploaderOptions,
    private readonly journal: string,
    private readonly lock: FolderLock,
    private state: UploadState,
  ) {}

  async save(path: string, step: number, how: SaveHow = {}): Promise<void> {
    // After a failure `catchUp` may have been quicker.
    const known = this.state.saved.some((file) => file.step === step);
    if (known && (await this.isSaved(step))) return this.rotate();
    await this.remember({ lastStep: Math.max(step, this.state.lastStep) });
    await this.send(await secondName(path, this.journal, this.state.run), basename(path), step, how);
    await this.rotate();
  }

  async catchUp(): Promise<void> {
    const pending = (await pendingUploads(this.journal)).map(({ order }) => ({
      order,
      step: Number(order.marks[marks.step]),
    }));
    for (const { order, step } of pending.sort((a, b) => a.step - b.step)) {
      if ((await stat(order.path).catch(() => null)) === null) await forgetUpload(this.journal, order.key);
      else
        await this.upload({
          path: order.path,
          name: order.name,
          step,
          slim: order.marks[marks.slim] === '1',
        });
    }
    const local = await findCheckpoints(this.options.workDir);
    const newest = local[0];
    if (newest !== undefined && !(await this.isSaved(newest.step))) {
      await this.save(newest.path, newest.step, { whole: true });
    }
    const saved = this.state.saved.map(({ step }) => step);
    const missing = planCatchUp(local, saved, this.state.from?.step ?? 0, this.options.keep);
    for (const { path, step } of missing)
      await this.send(await secondName(path, this.journal, this.state.run), basename(path), step, {});
    await tidyJournal(this.journal, this.state.run);
    if (pending.length + missing.length > 0) await this.rotate();
  }

  async close(): Promise<void> {
    await this.lock.release();
  }

  /** Uploads `kept` (a second name), or a slim copy of it. */
  private async send(kept: string, name: string, step: number, how: SaveHow): Promise<void> {
    const { fullEvery } = this.options;
    if (fullEvery === null || how.whole === true || step % fullEvery === 0) {
      return this.upload({ path: kept, name, step, slim: false });
    }
    const slim = await writeSlim(kept, join(this.journal, `${this.state.run}-clean_${name}`));
    await this.upload({ path: slim, name: `clean_${name}`, step, slim: true });
    if (kept.startsWith(this.journal)) await rm(kept, { force: true });
  }

  /** Uploads, verifies, writes down, announces. */
  private async upload(file: { path: string; name: string; step: number; slim: boolean }): Promise<void> {
    const { store, notice, signal, onBytes } = this.options;
    const folder = await this.provideFolder();
    const order: UploadOrder = {
      key: `${this.state.run}-${file.step}${file.slim ? '-slim' : ''}`,
      path: file.path,
      name: file.name,
      folder,
      marks: this.marksOf(file.step, file.slim),
      sha256Mark: marks.sha256,
      md5Mark: marks.md5,
    };
    const stored = await uploadDurably(order, {
      store,
      journal: this.journal,
      ...(signal ? { signal } : {}),
      ...(onBytes ? { onBytes: (done: number, total: number) => onBytes(file.name, done, total) } : {}),
    });
    const others = this.state.saved.filter(({ id }) => id !== stored.id);
    await this.remember({ saved: [...others, { id: stored.id, step: file.step }] });
    notice(
      store.verifies
        ? `Saved ${file.name} to ${store.label}: size and checksum verified.`
        : `Handed ${file.name} to ${store.label}: not verified.`,
    );
    await forgetUpload(this.journal, order.key);
    if (file.path.startsWith(this.journal)) await rm(file.path, { force: true });
  }

  private marksOf(step: number, slim: boolean): Record<string, string> {
    const { run, from } = this.state;
    return {
      [marks.run]: run,
      [marks.step]: String(step),
      ...(from === null ? {} : { [marks.from]: `${from.run}@${from.step}` }),
      ...(slim ? { [marks.slim]: '1' } : {}),
    };
  }

  private async provideFolder(): Promise<string> {
    const { store, folder, notice } = this.options;
    const { id, folders } = await provideFolder(store, folder.split('/'), this.state.folders, notice);
    if (JSON.stringify(folders) !== JSON.stringify(this.state.folders)) await this.remember({ folders });
    if (this.state.start === null) await this.remember(await findStart(this.state, id, this.options));
    return id;
  }

  /** Whether the store holds this step of ours now, full or slim. */
  private async isSaved(step: number): Promise<boolean> {
    const folder = await this.provideFolder();
    const ids = [
      ...this.state.saved.filter((file) => file.step === step).map(({ id }) => id),
      ...(this.state.start?.adopted ?? []),
    ];
    for (const id of ids) {
      const file = await this.options.store.get(id).catch((error) => {
        if (isStoreError(error, 'store-not-found')) return null;
        throw error;
      });
      const checkpoint = file && asCheckpoint(file);
      if (checkpoint && checkpoint.step === step && checkpoint.file.folder === folder && isWhole(checkpoint))
        return true;
    }
    return false;
  }

  /** A save never fails for its rotation: what was not done is seen and done at the next one. */
  private async rotate(): Promise<void> {
    const { notice } = this.options;
    try {
      const id = this.state.folders.at(-1)!.id;
      await rotateRemote(id, this.state, {
        ...this.options,
        journal: this.journal,
        remember: (change) => this.remember(change),
        upload: (file) => this.upload(file),
      });
    } catch (error) {
      if (this.options.signal?.aborted || !isUserError(error)) throw error;
      notice(`Older checkpoints stay for now: ${error.message}.`);
    }
  }

  private async remember(change: Partial<UploadState>): Promise<UploadState> {
    this.state = { ...this.state, ...change };
    await writeState(this.journal, this.state);
    return this.state;
  }
}
