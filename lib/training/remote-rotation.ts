/** Which checkpoints in a store stay, become slim, or go to the trash. Pure policy: `remote-rotate.ts` carries it out. */
import { isWhole, type RemoteCheckpoint } from './remote-checkpoints';

/** What should be there. */
export interface RemoteRules {
  /** steps that stay; pinned ones come on top */
  readonly keep: number;
  /** of the newest so many the full checkpoint stays, of the others a slim one; null: full ones all */
  readonly fullCount: number | null;
}

/** What is to be done. */
export interface RemotePlan {
  readonly keep: readonly RemoteCheckpoint[];
  /** full ones of which a slim copy is to be made */
  readonly shrink: readonly RemoteCheckpoint[];
  /** superseded */
  readonly trash: readonly RemoteCheckpoint[];
  /** full ones that have their slim copy: to the trash, and their bytes may go */
  readonly letGo: readonly RemoteCheckpoint[];
  /** steps of which there are files with different content: a person has to look */
  readonly conflicts: readonly number[];
}

/**
 * Files that are not whole count for nothing; they go once a whole one of their step is there, or `keep` newer ones. So a
 * file goes only while `keep` newer steps are whole, or as one of two that say the same.
 * @param files of this run and those that it went on from, each as `get` reports it now
 */
export function planRemoteRotation(files: readonly RemoteCheckpoint[], rules: RemoteRules): RemotePlan {
  if (!Number.isInteger(rules.keep) || rules.keep < 1)
    throw new RangeError(`Expected keep >= 1, got ${rules.keep}`);
  const present = files.filter(({ file }) => !file.trashed);
  const steps = [...new Set(present.filter(isWhole).map(({ step }) => step))].sort((a, b) => b - a);
  const pinned = new Set(present.filter((file) => file.pinned).map(({ step }) => step));
  const counted = steps.filter((step) => !pinned.has(step));
  const staying = new Set(counted.slice(0, rules.keep));
  const fulls = rules.fullCount === null ? steps : counted.slice(0, rules.fullCount);
  const plan = { keep: [], shrink: [], trash: [], letGo: [], conflicts: [] } as Mutable<RemotePlan>;
  for (const step of steps) {
    const group = present.filter((file) => file.step === step);
    if (pinned.has(step)) plan.keep.push(...group);
    else if (staying.has(step)) planStep(group, fulls.includes(step), plan);
    else plan.trash.push(...group);
  }
  // lists may have hidden a damaged file until the whole one of its step was gone
  const last = counted[rules.keep - 1] ?? Number.NEGATIVE_INFINITY;
  const alone = present.filter(
    ({ step, pinned: isPinned }) => step < last && !isPinned && !steps.includes(step),
  );
  plan.trash.push(...alone);
  return plan;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Files of one step that stays. */
function planStep(group: readonly RemoteCheckpoint[], staysFull: boolean, plan: Mutable<RemotePlan>): void {
  plan.trash.push(...group.filter((file) => !isWhole(file)));
  const whole = group.filter(isWhole).sort((a, b) => a.file.createdMs - b.file.createdMs);
  const [slim, full] = [whole.filter((file) => file.slim), whole.filter((file) => !file.slim)];
  if (full.length > 0 && !staysFull) {
    if (slim.length > 0) {
      plan.letGo.push(...full);
      full.length = 0;
    } else plan.shrink.push(full[0]!);
  }
  for (const twins of [full, slim]) {
    const kept: RemoteCheckpoint[] = [];
    for (const file of twins) {
      if (kept.some((other) => other.file.md5 === file.file.md5)) plan.trash.push(file);
      else kept.push(file);
    }
    if (kept.length > 1) plan.conflicts.push(kept[0]!.step);
    plan.keep.push(...kept);
  }
}

/**
 * Local checkpoints that were not saved to the store when they should have been, and would still be kept there.
 * @param saved steps that were; @param since step that the run went on from: what is not newer is not its own
 */
export function planCatchUp<F extends { readonly step: number }>(
  local: readonly F[],
  saved: readonly number[],
  since: number,
  keep: number,
): F[] {
  const own = local.filter(({ step }) => step > since);
  const newest = [...new Set([...saved, ...own.map(({ step }) => step)])]
    .sort((a, b) => b - a)
    .slice(0, keep);
  return own.filter(({ step }) => newest.includes(step) && !saved.includes(step));
}
