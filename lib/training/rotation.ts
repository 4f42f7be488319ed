/**
 * Which checkpoints stay. Pure policy: no I/O here; `save.ts` carries it out.
 */

/** A checkpoint file as far as rotation is concerned. */
export interface StepFile {
  readonly path: string;
  readonly step: number;
}

/** What stays and what goes to the trash. */
export interface RotationPlan<F extends StepFile> {
  readonly keep: readonly F[];
  readonly trash: readonly F[];
}

/**
 * Keeps the `keep` files with the largest step numbers, newest first (spec section g, num_ckpt_keep).
 * @param files in any order; @param keep at least 1
 */
export function planRotation<F extends StepFile>(files: readonly F[], keep: number): RotationPlan<F> {
  if (!Number.isInteger(keep) || keep < 1) throw new RangeError(`Expected keep >= 1, got ${keep}`);
  const newestFirst = [...files].sort((a, b) => b.step - a.step);
  return { keep: newestFirst.slice(0, keep), trash: newestFirst.slice(keep) };
}

/** A file in the trash folder. */
export interface TrashFile {
  readonly path: string;
  readonly bytes: number;
  /** when it was put there, milliseconds since the epoch */
  readonly trashedMs: number;
}

/** How many checkpoints must always fit on the disk; below that the trash is emptied, oldest first. */
export const headroomCheckpoints = 3;

/**
 * Which trashed files to remove for good so that `headroomCheckpoints` checkpoints fit again. Oldest first, no more than
 * needed, nothing while there is room.
 * @param freeBytes free space now, @param checkpointBytes size of one checkpoint
 */
export function planTrashRemoval(
  trash: readonly TrashFile[],
  freeBytes: number,
  checkpointBytes: number,
): readonly TrashFile[] {
  const remove: TrashFile[] = [];
  let free = freeBytes;
  for (const file of [...trash].sort((a, b) => a.trashedMs - b.trashedMs)) {
    if (free >= headroomCheckpoints * checkpointBytes) break;
    remove.push(file);
    free += file.bytes;
  }
  return remove;
}
