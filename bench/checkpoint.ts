/** `npm run bench -- checkpoint`: reading a full-size checkpoint. README.md explains the figures. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Checkpoint } from '../lib/checkpoint/checkpoint';
import { writeCheckpoint } from '../lib/checkpoint/write';
import { preset } from '../lib/config/presets';
import { initialWeights } from '../lib/model/initial-weights';
import { type HostTensor, parameterSpecs } from '../lib/model/parameters';
import { busyShare, foreignCpuShare } from './foreign-cpu';
import { median } from './interleave';
import { type Bound, print, type Report } from './report';

/** What the issue asks for. */
const bounds: Readonly<Record<string, Bound>> = {
  read_seconds: { must: 1.5 },
  read_memory: { must: 1.3 },
};

/** One reading in a process of its own. */
interface Reading {
  readonly seconds: number;
  readonly grownBytes: number;
  readonly tensors: number;
}

/** Uniform in [-0.05, 0.05), by a linear congruential generator (Numerical Recipes). */
function noise(shape: readonly number[], seed: number): HostTensor {
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = (state / 2 ** 32 - 0.5) / 10;
  }
  return { shape, data };
}

/** The full-size model with its optimiser, about 400 MB as a file. */
function fullCheckpoint(): Checkpoint {
  const { model } = preset('nsf-44k');
  const trained = parameterSpecs(model).filter((spec) => spec.trained);
  return {
    step: 120_000,
    epoch: 300,
    weights: initialWeights(model, 1),
    optimizer: {
      step: 120_000,
      learningRate: 4e-4,
      initialLearningRate: 8e-4,
      betas: [0.9, 0.98],
      eps: 1e-8,
      weightDecay: 0,
      moments: new Map(
        trained.map(({ name, shape }, i) => [
          name,
          { expAvg: noise(shape, 2 * i), expAvgSq: noise(shape, 2 * i + 1) },
        ]),
      ),
    },
    extra: null,
  };
}

async function readOnce(path: string): Promise<Reading> {
  const args = ['--import', 'tsx', join(__dirname, 'checkpoint-child.ts'), path];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Reading;
}

async function measure(path: string, runs: number): Promise<Report> {
  await writeCheckpoint(path, fullCheckpoint());
  const { size } = await stat(path);
  // the page cache is warm: what is measured is the reader, not the disk
  await readFile(path);
  const before = await foreignCpuShare([process.pid]);
  const readings: Reading[] = [];
  for (let i = 0; i < runs; i++) readings.push(await readOnce(path));
  const after = await foreignCpuShare([process.pid]);
  const notes = ['page cache warm, every reading in a fresh process'];
  if (Math.max(before, after) > busyShare) notes.push('machine busy: the figures mean little');
  return {
    ratios: {},
    figures: {
      read_seconds: median(readings.map(({ seconds }) => seconds)),
      read_memory: median(readings.map(({ grownBytes }) => grownBytes / size)),
      'slowest seconds': Math.max(...readings.map(({ seconds }) => seconds)),
      'file MB': size / 1e6,
      tensors: readings[0]!.tensors,
      'foreign cpu before': before,
      'foreign cpu after': after,
    },
    notes,
  };
}

/** Measures and prints. @param args `--json FILE`, `--runs N` */
export async function benchCheckpoint(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' }, runs: { type: 'string', default: '5' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'diff-svc-bench-'));
  try {
    const report = await measure(join(folder, 'model_ckpt_steps_120000.ckpt'), Number(values.runs));
    print(report, bounds);
    if (values.json === undefined) return;
    const { read_seconds, read_memory, ...figures } = report.figures;
    const json = { read_seconds, read_memory, notes: report.notes, figures };
    await writeFile(values.json, `${JSON.stringify(json, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
