/** Feeds damaged checkpoints to the readers and watches what happens. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCheckpoint } from '../../lib/checkpoint/read';
import { parseTorchFile } from '../../lib/checkpoint/torch-file';
import { TorchTensor } from '../../lib/checkpoint/torch-tensor';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { isUserError } from '../../lib/config/errors';
import { mutant } from './mutate';
import { sampleCheckpoint } from './samples';

/** What all runs together did; every file is read by two readers. */
export interface FuzzResult {
  readonly runs: number;
  /** files that were damaged inside the pickle of a zip, with all checksums repaired */
  readonly insidePickle: number;
  /** files that were still readable */
  readonly read: number;
  /** by error code */
  readonly refused: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** largest growth of memory while one file was read, as a multiple of its size (of 1 MiB for smaller files) */
  readonly worstGrowth: number;
}

/**
 * Whole files to damage: all torch files of the fixtures that are small enough to be quick, one of fairseq with its Python
 * objects, and one of ours with all that we add.
 */
export async function fuzzSamples(golden: string): Promise<Uint8Array[]> {
  const fixtures = ['checkpoints', 'malicious'].flatMap((folder) =>
    readdirSync(join(golden, folder))
      .filter((name) => /\.(ckpt|pt|pkl)$/.test(name) && !name.includes('truncated'))
      .map((name) => join(golden, folder, name)),
  );
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    const ours = join(folder, 'ours.ckpt');
    await writeCheckpoint(ours, sampleCheckpoint());
    const fairseq = join(__dirname, '../encoder/contentvec/fairseq.pt');
    return [...fixtures, fairseq, ours].map((path) => new Uint8Array(readFileSync(path)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Reads `runs` damaged files.
 * @param each is told the number of every finished run
 * @throws the first error that is not a UserError, with the run's number in its message
 */
export function fuzzCheckpoints(
  samples: readonly Uint8Array[],
  options: { runs: number; seed: number; each?: (run: number) => void },
): FuzzResult {
  const refused: Record<string, number> = {};
  let [read, slowestMs, worstGrowth, inside] = [0, 0, 0, 0];
  for (let run = 0; run < options.runs; run++) {
    const { bytes, insidePickle } = mutant(samples, options.seed, run);
    if (insidePickle) inside++;
    for (const reader of READERS) {
      const before = usedBytes();
      const start = performance.now();
      const code = outcome(reader, bytes, `Run ${run} of seed ${options.seed}`);
      slowestMs = Math.max(slowestMs, performance.now() - start);
      worstGrowth = Math.max(worstGrowth, (usedBytes() - before) / Math.max(bytes.length, 1 << 20));
      if (code === null) read++;
      else refused[code] = (refused[code] ?? 0) + 1;
    }
    options.each?.(run);
  }
  return { runs: options.runs, insidePickle: inside, read, refused, slowestMs, worstGrowth };
}

type Reader = (bytes: Uint8Array) => void;

const READERS: readonly Reader[] = [
  (bytes) => touchTensors(parseTorchFile(bytes, 'mutant')),
  (bytes) => void parseCheckpoint(bytes, 'mutant'),
];

/** Error code of reading `bytes`, null if it went well. */
function outcome(reader: Reader, bytes: Uint8Array, run: string): string | null {
  try {
    reader(bytes);
    return null;
  } catch (error) {
    if (isUserError(error)) return error.code;
    throw new Error(`${run} threw ${String(error)}`, { cause: error });
  }
}

/** Fetches the values of every tensor that can be reached; shared and circular values are visited once. */
function touchTensors(root: unknown): void {
  const seen = new Set<unknown>();
  const todo: unknown[] = [root];
  while (todo.length > 0) {
    const value = todo.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof TorchTensor) value.toFloat32();
    else if (value instanceof Map) for (const inner of value.values()) todo.push(inner);
    else if (Array.isArray(value)) for (const inner of value) todo.push(inner);
  }
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
