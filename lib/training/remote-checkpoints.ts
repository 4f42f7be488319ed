/** Checkpoints in a `Store`: what their marks say, which are whole, and in which order they are tried. */
import { stepOfName } from '../checkpoint/file-names';
import type { Store, StoredFile } from '../storage/store';

/** Names of the marks. On Drive they are `properties`: `appProperties` would be hidden from another login's client. */
export const marks = {
  run: 'dsvcRun',
  step: 'dsvcStep',
  sha256: 'dsvcSha256',
  md5: 'dsvcMd5',
  /** `RUN@STEP` that the run went on from */
  from: 'dsvcFrom',
  slim: 'dsvcSlim',
  pinned: 'dsvcPinned',
} as const;

/** A point in a run. */
export interface RunPoint {
  readonly run: string;
  readonly step: number;
}

/** A file in the store that is a checkpoint by its marks or its name. */
export interface RemoteCheckpoint {
  readonly file: StoredFile;
  readonly step: number;
  /** null: not saved by us */
  readonly run: string | null;
  readonly from: RunPoint | null;
  /** weights only */
  readonly slim: boolean;
  readonly pinned: boolean;
}

/** `text` is `RUN@STEP`. */
function parseRunPoint(text: string | undefined): RunPoint | null {
  const match = /^([0-9a-f]+)@(\d+)$/.exec(text ?? '');
  return match ? { run: match[1]!, step: Number(match[2]) } : null;
}

/** null for anything that is not a checkpoint: folders, shortcuts, other files. */
export function asCheckpoint(file: StoredFile): RemoteCheckpoint | null {
  if (file.kind !== 'file') return null;
  const run = file.marks[marks.run] ?? null;
  const named = /^(clean_)?model_ckpt_steps_\d+\.ckpt$/.exec(file.name);
  const step = run === null ? named && stepOfName(file.name) : Number(file.marks[marks.step]);
  if (step === null || !Number.isInteger(step)) return null;
  return {
    file,
    step,
    run,
    from: parseRunPoint(file.marks[marks.from]),
    slim: run === null ? named?.[1] !== undefined : file.marks[marks.slim] === '1',
    pinned: file.marks[marks.pinned] === '1',
  };
}

/** Whether the store holds, not trashed, the very bytes that were saved. False for files that are not ours. */
export function isWhole({ file }: RemoteCheckpoint): boolean {
  const { sha256, md5 } = { sha256: file.marks[marks.sha256], md5: file.marks[marks.md5] };
  if (file.trashed || sha256 === undefined) return false;
  return file.sha256 === sha256 || (file.md5 !== null && file.md5 === md5);
}

/** Ancestors of a run: the point itself, then what that run went on from, and so on. */
export function lineage(from: RunPoint | null, files: readonly RemoteCheckpoint[]): RunPoint[] {
  const points: RunPoint[] = [];
  const seen = new Set<string>();
  for (let at = from; at !== null && !seen.has(at.run); ) {
    points.push(at);
    seen.add(at.run);
    const run: string = at.run;
    at = files.find((file) => file.run === run && file.from !== null)?.from ?? null;
  }
  return points;
}

/** Files on the way to `points`: of each run those up to its step. */
export function filesOf(points: readonly RunPoint[], files: readonly RemoteCheckpoint[]): RemoteCheckpoint[] {
  return files.filter(({ run, step }) => points.some((point) => point.run === run && step <= point.step));
}

/**
 * The order in which `latest` tries them: the run that saved last, by step downwards, then what it went on from; then the
 * other runs; then checkpoints that are not ours, by step.
 */
export function newestFirst(files: readonly RemoteCheckpoint[]): RemoteCheckpoint[] {
  const byStep = [...files].sort((a, b) => b.step - a.step || b.file.createdMs - a.file.createdMs);
  const byTime = [...byStep].sort((a, b) => b.file.createdMs - a.file.createdMs || b.step - a.step);
  const ordered = new Set<RemoteCheckpoint>();
  for (const { run, from } of byTime) {
    if (run === null) continue;
    const points = [{ run, step: Number.POSITIVE_INFINITY }, ...lineage(from, files)];
    for (const point of points) for (const file of filesOf([point], byStep)) ordered.add(file);
  }
  for (const file of byStep) ordered.add(file);
  return [...ordered];
}

/**
 * Checkpoints in the folder at `path` (`diff-svc/alice`), in the order of `newestFirst`; none if there is no such folder.
 * @throws store errors; `store-incomplete` rather than a part
 */
export async function listRemoteCheckpoints(store: Store, path: string): Promise<RemoteCheckpoint[]> {
  const folder = await store.folder(path.split('/'), false);
  if (folder === null) return [];
  const files = await store.list(folder);
  return newestFirst(files.flatMap((file) => asCheckpoint(file) ?? []));
}
