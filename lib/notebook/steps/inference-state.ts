/** What the inference cells leave for each other: one small file in the notebook's folder, so that a new kernel goes on. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeFileAtomic } from '../../storage/atomic-file';

/** A file that a cell wrote. Size and time tell whether somebody changed it since. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Grows from cell to cell. */
export interface InferenceState {
  /** of the speaker, for the names of results */
  readonly project: string;
  /** local .ckpt; null: none is loaded */
  readonly modelPath: string | null;
  /** local config.yaml whose settings hold instead of the checkpoint's; null: the checkpoint's */
  readonly configPath: string | null;
  /** songs and results that the cells wrote */
  readonly written: readonly WrittenFile[];
  /** results of the last conversion */
  readonly results: readonly string[];
}

const empty: InferenceState = { project: '', modelPath: null, configPath: null, written: [], results: [] };

const statePath = (): string => resolve('.diff-svc-inference.json');

/** What former cells left; nothing yet if there is no such file or it is damaged. */
export async function readInference(): Promise<InferenceState> {
  try {
    return { ...empty, ...(JSON.parse(await readFile(statePath(), 'utf8')) as Partial<InferenceState>) };
  } catch {
    return empty;
  }
}

/** Changes part of the state. */
export async function keepInference(change: Partial<InferenceState>): Promise<InferenceState> {
  const state = { ...(await readInference()), ...change };
  await writeFileAtomic(statePath(), Buffer.from(`${JSON.stringify(state, null, 2)}\n`));
  return state;
}
