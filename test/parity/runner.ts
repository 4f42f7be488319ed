/**
 * Runs parity groups over a folder of fixtures. What was not computed counts as failed: a tensor that no group
 * reported, a file that no group answers for, a file of fixtures that the manifest does not list.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, compare } from './compare';
import { type FileEntry, type Fixture, openFixture, readManifest } from './fixtures';
import type { ParityGroup } from './group';

export interface TensorResult extends Comparison {
  readonly tensor: string;
  /** false: it has a tolerance, is no input, and no group reported it */
  readonly computed: boolean;
}

export interface FileResult {
  readonly group: string;
  readonly file: string;
  readonly ok: boolean;
  /** fixtures of this file: its tensors that are to be computed, or 1 for a file without tensors */
  readonly total: number;
  readonly computed: number;
  readonly tensors: readonly TensorResult[];
  /** thrown by the group */
  readonly problem?: string;
}

/** A file to run, and who runs it; undefined: nobody. */
export interface PlannedFile {
  readonly file: string;
  readonly group: ParityGroup | undefined;
}

/** The group that answers for `file`: an exact name goes before a folder. */
function groupOf(file: string, groups: readonly ParityGroup[]): ParityGroup | undefined {
  const inFolder = (name: string): boolean => name.endsWith('/') && file.startsWith(name);
  return groups.find((g) => g.files.includes(file)) ?? groups.find((g) => g.files.some(inFolder));
}

/**
 * All files of the manifest, and safetensors files that lie in the folder without being in it.
 * @param only names of groups; the others' files are left out, as are files that no group answers for
 */
export function planFiles(
  root: string,
  groups: readonly ParityGroup[],
  only?: readonly string[],
): PlannedFile[] {
  const unknown = (only ?? []).filter((name) => !groups.some((g) => g.name === name));
  if (unknown.length > 0) {
    throw new Error(`Expected names of groups (${groups.map((g) => g.name).join(', ')}), got ${unknown}`);
  }
  const listed = Object.keys(readManifest(root).files);
  const stray = readdirSync(root).filter((name) => name.endsWith('.safetensors') && !listed.includes(name));
  return [...listed, ...stray]
    .map((file) => ({ file, group: groupOf(file, groups) }))
    .filter(({ group }) => only === undefined || (group !== undefined && only.includes(group.name)));
}

/** Runs one file; never throws. */
export async function runFile(root: string, planned: PlannedFile): Promise<FileResult> {
  const { file, group } = planned;
  const entry = readManifest(root).files[file];
  const base = { group: group?.name ?? '-', file, ok: false, computed: 0, tensors: [] };
  if (!entry) return { ...base, total: 1, problem: 'not in manifest.json' };
  if (entry.tensors) return runTensors(root, file, group, entry);
  if (!group?.check) return { ...base, total: 1, problem: 'no group checks this file' };
  if (!existsSync(join(root, file))) return { ...base, total: 1, problem: 'no such file' };
  try {
    await group.check(join(root, file), file, root);
    return { ...base, ok: true, total: 1, computed: 1 };
  } catch (error) {
    return { ...base, total: 1, computed: 1, problem: messageOf(error) };
  }
}

async function runTensors(
  root: string,
  file: string,
  group: ParityGroup | undefined,
  entry: FileEntry,
): Promise<FileResult> {
  const wanted = Object.entries(entry.tensors ?? {})
    .filter(([tensor, { tolerance }]) => tolerance && !group?.isInput(file, tensor))
    .map(([tensor]) => tensor);
  const reported = new Map<string, Comparison>();
  let problem = group ? undefined : 'no group computes this file';
  if (group) {
    try {
      const fixture = openFixture(root, file);
      await group.run(fixture, (tensor, values) => record(reported, fixture, tensor, values));
    } catch (error) {
      problem = messageOf(error);
    }
  }
  const tensors = [...new Set([...wanted, ...reported.keys()])].map((tensor) => resultOf(tensor, reported));
  return {
    group: group?.name ?? '-',
    file,
    ok: problem === undefined && tensors.every((t) => t.ok),
    total: tensors.length,
    computed: reported.size,
    tensors,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Compares and keeps the worse of two reports of the same tensor. */
function record(
  reported: Map<string, Comparison>,
  fixture: Fixture,
  tensor: string,
  values: ArrayLike<number>,
): void {
  const tolerance = fixture.entry.tensors?.[tensor]?.tolerance;
  if (!tolerance) throw new Error(`Expected a tensor with a tolerance, got a report of ${tensor}`);
  const comparison = compare(values, fixture.data(tensor), tolerance);
  if (reported.get(tensor)?.ok !== false) reported.set(tensor, comparison);
}

function resultOf(tensor: string, reported: ReadonlyMap<string, Comparison>): TensorResult {
  const comparison = reported.get(tensor);
  if (comparison) return { tensor, computed: true, ...comparison };
  const nothing = { ok: false, error: Number.NaN, bound: Number.NaN, index: -1 };
  return { tensor, computed: false, ...nothing, problem: 'not computed' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The tensor of `result` that comes nearest to its bound or goes furthest beyond it; undefined if there is none. */
export function worstTensor(result: FileResult): TensorResult | undefined {
  const badness = (t: TensorResult): number => {
    if (!t.computed) return Number.POSITIVE_INFINITY;
    if (Number.isNaN(t.error)) return Number.MAX_VALUE;
    return t.bound > 0 ? t.error / t.bound : t.error > 0 ? Number.MAX_VALUE : 0;
  };
  return [...result.tensors].sort((a, b) => badness(b) - badness(a))[0];
}

/** Counts over files; `total` and `computed` count fixtures (tensors, and files without tensors). */
export interface Summary {
  readonly computed: number;
  readonly total: number;
  /** fixtures not computed, or computed and wrong; at least one for a file that failed */
  readonly failed: number;
  readonly failedFiles: number;
  readonly ok: boolean;
}

export function summarize(results: readonly FileResult[]): Summary {
  const sum = (count: (r: FileResult) => number): number => results.reduce((n, r) => n + count(r), 0);
  const failedFiles = sum((r) => (r.ok ? 0 : 1));
  return {
    computed: sum((r) => r.computed),
    total: sum((r) => r.total),
    failed: sum((r) => (r.ok ? 0 : Math.max(1, r.tensors.filter((t) => !t.ok).length))),
    failedFiles,
    ok: failedFiles === 0 && results.length > 0,
  };
}
