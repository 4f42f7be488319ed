/**
 * Save, verify, rotate: the only place where training touches checkpoint files. A checkpoint is written beside its final
 * name and renamed, read back, and only then may an older one leave for the trash.
 */
import { copyFile, mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { findCheckpoints } from '../checkpoint/find';
import { verifyCheckpoint } from '../checkpoint/verify';
import { writeCheckpoint } from '../checkpoint/write';
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import { freeBytes } from '../storage/disk-space';
import { planRotation, planTrashRemoval, type TrashFile } from './rotation';

/** Name of the trash folder beside the checkpoints. */
const trashFolder = 'trash';

/** File name of the checkpoint of `step` (spec section g). */
function checkpointName(step: number): string {
  return `model_ckpt_steps_${step}.ckpt`;
}

/** How saving is done. */
export interface SaveOptions {
  readonly saveDir: string;
  /** checkpoints that stay */
  readonly keep: number;
  /** milliseconds since the epoch */
  readonly now: () => number;
  readonly notice: OnNotice;
}

/**
 * Writes `checkpoint` into `saveDir`, reads it back, then moves the oldest beyond `keep` into the trash.
 * @returns path of the checkpoint
 * @throws UserError `not-finite` if a weight is NaN or infinite (nothing is written), and those of `writeFileAtomic`
 */
export async function saveCheckpoint(checkpoint: Checkpoint, options: SaveOptions): Promise<string> {
  requireFinite(checkpoint);
  await mkdir(options.saveDir, { recursive: true });
  await makeRoom(checkpointBytes(checkpoint), options);
  const path = join(options.saveDir, checkpointName(checkpoint.step));
  await writeCheckpoint(path, checkpoint);
  await verifyCheckpoint(path);
  await rotate(options);
  return path;
}

/** Moves checkpoints beyond `keep` into the trash folder; nothing is deleted. */
async function rotate(options: SaveOptions): Promise<void> {
  const plan = planRotation(await findCheckpoints(options.saveDir), options.keep);
  for (const file of plan.trash) await moveToTrash(file.path, options);
}

async function moveToTrash(path: string, options: Pick<SaveOptions, 'saveDir' | 'now'>): Promise<void> {
  const trash = join(options.saveDir, trashFolder);
  await mkdir(trash, { recursive: true });
  // The time in the name is when it was trashed: rename keeps the file's own times.
  await rename(path, join(trash, `${options.now()}-${basename(path)}`));
}

/**
 * Moves checkpoints beyond `step` into the trash, with a copy of the log: a run that goes on from an earlier step writes
 * a future of its own, and rotation goes by the number.
 * @param logName name of the log in `saveDir`
 */
export async function setFutureAside(
  step: number,
  logName: string,
  options: Pick<SaveOptions, 'saveDir' | 'now' | 'notice'>,
): Promise<void> {
  const future = (await findCheckpoints(options.saveDir)).filter((file) => file.step > step);
  if (future.length === 0) return;
  for (const file of future) await moveToTrash(file.path, options);
  const log = join(options.saveDir, logName);
  const copy = join(options.saveDir, trashFolder, `${options.now()}-${logName}`);
  await copyFile(log, copy).catch(() => undefined);
  const steps = future.map((file) => file.step).join(', ');
  options.notice(
    `Training goes on from step ${step}: moved the checkpoints of later steps (${steps}) into the trash.`,
  );
}

/** Empties our own trash, oldest first, while fewer than three checkpoints would fit on the disk. */
async function makeRoom(bytes: number, options: SaveOptions): Promise<void> {
  const trash = await listTrash(options.saveDir);
  for (const file of planTrashRemoval(trash, await freeBytes(options.saveDir), bytes)) {
    await unlink(file.path);
    options.notice(`Disk is nearly full: removed ${basename(file.path)} from the trash for good.`);
  }
}

/** Files that `rotate` put into the trash; anything else there is not ours and is left alone. */
async function listTrash(saveDir: string): Promise<TrashFile[]> {
  const folder = join(saveDir, trashFolder);
  const names = await readdir(folder).catch(() => [] as string[]);
  const ours = names.flatMap((name) => {
    const match = /^(\d+)-model_ckpt_steps_\d+\.ckpt$/.exec(name);
    return match ? [{ path: join(folder, name), trashedMs: Number(match[1]) }] : [];
  });
  return Promise.all(ours.map(async (file) => ({ ...file, bytes: (await stat(file.path)).size })));
}

/** Size of the file to come, within a few kilobytes: the tensors dominate. */
function checkpointBytes(checkpoint: Checkpoint): number {
  let values = 0;
  for (const tensor of checkpoint.weights.values()) values += tensor.data.length;
  for (const m of checkpoint.optimizer?.moments.values() ?? []) values += m.expAvg.data.length * 2;
  return values * 4 + (checkpoint.extra?.retrieval?.data.length ?? 0) * 4;
}

function requireFinite(checkpoint: Checkpoint): void {
  for (const [name, tensor] of checkpoint.weights) {
    // The reference writes uninitialised memory there; it means nothing (spec k.12).
    if (name.endsWith('._float_tensor')) continue;
    if (!tensor.data.every(Number.isFinite)) {
      throw new UserError(
        'not-finite',
        `Expected finite weights, but ${name} holds NaN or infinity at step ${checkpoint.step}`,
        'Nothing was saved; resume from the last checkpoint with a lower learning rate (training.learningRate).',
      );
    }
  }
}
