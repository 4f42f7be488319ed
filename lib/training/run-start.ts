/** What a run finds in its folder when it first gets there: where it comes from, and what was there before it. */
import { join } from 'node:path';
import { digestFile } from '../storage/file-source';
import type { Store } from '../storage/store';
import {
  asCheckpoint,
  filesOf,
  lineage,
  marks,
  type RemoteCheckpoint,
  type RunPoint,
} from './remote-checkpoints';
import type { UploadState } from './upload-state';

/** Where training began. */
export interface StartPoint {
  /** 0: a new run */
  readonly startStep: number;
  /** mark of the run whose file in the store training went on from; null: from a local file */
  readonly startRun?: string | null;
}

/** The same run, if it goes on where it was; going back or elsewhere begins another. */
export function continued(
  before: UploadState | null,
  place: string,
  { startStep, startRun }: StartPoint,
): UploadState | null {
  if (before === null || before.place !== place || startStep < before.lastStep) return null;
  return startRun == null || startRun === before.run ? before : null;
}

/** Where a new run comes from, as far as this machine knows; `findStart` looks further. */
export function origin(
  before: UploadState | null,
  place: string,
  { startStep, startRun }: StartPoint,
): RunPoint | null {
  if (startStep === 0) return null;
  if (startRun != null) return { run: startRun, step: startStep };
  return before?.place === place ? { run: before.run, step: startStep } : null;
}

/**
 * The part of the state that needs a look at `folder`. A run that was begun on another machine is recognised by the
 * checkpoint that training went on from: the file with its SHA-256.
 * @throws store errors
 */
export async function findStart(
  state: UploadState,
  folder: string,
  options: { readonly store: Store; readonly workDir: string; readonly startStep: number },
): Promise<Pick<UploadState, 'from' | 'start'>> {
  const files = (await options.store.list(folder)).flatMap((file) => asCheckpoint(file) ?? []);
  const others = files.filter(({ run }) => run !== state.run);
  const from = state.from ?? (await parentOf(others, options));
  const points = lineage(from, others);
  return {
    from,
    start: {
      runs: points.map(({ run }) => run),
      adopted: filesOf(points, others).map(({ file }) => file.id),
      seen: others.map(({ file }) => file.id),
    },
  };
}

async function parentOf(
  files: readonly RemoteCheckpoint[],
  { workDir, startStep }: { readonly workDir: string; readonly startStep: number },
): Promise<RunPoint | null> {
  const candidates = files.filter(({ step, run }) => step === startStep && run !== null);
  if (startStep === 0 || candidates.length === 0) return null;
  const digest = await digestFile(join(workDir, `model_ckpt_steps_${startStep}.ckpt`)).catch(() => null);
  const parent = candidates.find(({ file }) => file.marks[marks.sha256] === digest?.sha256);
  return parent ? { run: parent.run!, step: startStep } : null;
}
