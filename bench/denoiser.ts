/** `npm run bench -- denoiser`: the denoiser against PyTorch, and compiled against eager. README.md explains the figures. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, type Measurement, measure, medianOf } from './interleave';
import {
  type Bound,
  hasBfloat16,
  measureAll,
  noteBusy,
  notePeer,
  type Plan,
  print,
  type Report,
} from './report';
import { TimedProcess, withProcesses } from './timed-process';

type Precision = 'f32' | 'bf16';

const sizes = [
  '--channels',
  '384',
  '--layers',
  '20',
  '--batch',
  '2',
  '--frames',
  '256',
  '--mel',
  '128',
  '--hidden',
  '256',
];
const threads = ['--threads', String(availableParallelism())];

/** What the issue asks for, and aims at. */
const bounds: Readonly<Record<string, Bound>> = {
  train_f32: { must: 0.9, aim: 0.8 },
  train_bf16: { must: 1, aim: 0.85 },
  forward_f32: { must: 0.95, aim: 0.85 },
  forward_bf16: { must: 0.95, aim: 0.85 },
  sampler20: { must: 0.82, aim: 0.7 },
  rss_ratio: { must: 1.4 },
  eager_train: { must: 2.8 },
};

function ours(...args: string[]): Promise<TimedProcess | null> {
  return TimedProcess.start(process.execPath, [
    '--import',
    'tsx',
    join(__dirname, 'denoiser-worker.ts'),
    ...threads,
    ...args,
  ]);
}

function peer(...args: string[]): Promise<TimedProcess | null> {
  const script =
    process.env.DIFF_SVC_TORCH_PEER ?? resolve(__dirname, '../../shared/peers/denoiser_torch.py');
  if (!existsSync(script)) return Promise.resolve(null);
  const python = process.env.DIFF_SVC_TORCH_PYTHON ?? 'python3';
  return TimedProcess.start(python, [script, '--serve', ...threads, ...sizes, ...args]);
}

/** Works of one precision against the peer. */
async function comparePrecision(precision: Precision, plan: Plan, report: Report): Promise<void> {
  const low = precision === 'bf16' ? ['--bf16'] : [];
  const compiled =
    (works: string, ...more: string[]) =>
    () =>
      ours('--how', precision, '--works', works, ...sizes, ...more);
  const starts = {
    // as `diff-svc train` runs: updates, and validation's forward passes
    compiled: compiled('train,forward', '--side-by-side'),
    ...(precision === 'f32' ? { eager: () => ours('--how', 'eager', ...sizes) } : {}),
    // as `diff-svc convert` runs: slices of a song, two together
    sampler: compiled('sampler20,forward'),
    peer: () => peer(...low),
    peerCompiled: () => peer('--compile', ...low),
  };
  await withProcesses(starts, async (processes) => {
    const contender = (name: string, work: string): Contender[] => {
      const process = processes.get(name);
      return process ? [{ name: `${name} ${work}`, process, work }] : [];
    };
    notePeer(processes, report);
    const contenders = [
      ...contender('compiled', 'train'),
      ...contender('peer', 'train'),
      ...contender('compiled', 'forward'),
      ...contender('peer', 'forward'),
      ...contender('sampler', 'sampler20'),
      ...contender('sampler', 'forward'),
      ...contender('eager', 'train'),
      ...contender('eager', 'forward'),
      ...contender('peerCompiled', 'train'),
      ...contender('peerCompiled', 'forward'),
    ];
    const own = [...processes.values()].map(({ pid }) => pid);
    const measured = await measure(contenders, plan, own);
    noteBusy(precision, measured, report);
    for (const { name } of contenders) report.figures[`${precision} ${name} s`] = medianOf(measured, name);
    addRatios(precision, measured, report);
    if (precision === 'f32') addMemory(processes, report);
  });
}

function addRatios(precision: Precision, measured: Measurement, { ratios, figures }: Report): void {
  const against = (name: string, peerName = name, times = 1): number =>
    medianOf(measured, name) / (times * medianOf(measured, peerName));
  ratios[`train_${precision}`] = against('compiled train', 'peer train');
  ratios[`forward_${precision}`] = against('compiled forward', 'peer forward');
  const sampler = against('sampler sampler20', 'peer forward', 20);
  if (precision === 'bf16') figures.sampler20_bf16 = sampler;
  else {
    ratios.sampler20 = sampler;
    ratios.eager_train = against('eager train', 'peer train');
    figures.full_size_speedup = against('eager train', 'compiled train');
  }
}

function addMemory(processes: ReadonlyMap<string, TimedProcess>, { figures }: Report): void {
  const [mine, theirs] = [processes.get('compiled')?.peakMiB(), processes.get('peer')?.peakMiB()];
  figures['compiled peak MiB'] = mine ?? Number.NaN;
  figures['peer peak MiB'] = theirs ?? Number.NaN;
  figures.rss_ratio = (mine ?? Number.NaN) / (theirs ?? Number.NaN);
}

/** Our trainers against each other, at the demo's size and at full size. */
async function compareTrainers(plan: Plan, report: Report): Promise<void> {
  const trainer =
    (mode: string, how: string, ...more: string[]) =>
    () =>
      ours('--mode', mode, '--how', how, ...more);
  const starts = {
    compiled: trainer('demo', 'f32', '--side-by-side'),
    eager: trainer('demo', 'eager'),
    full: trainer('full', 'f32', '--side-by-side'),
    // in a process that converts too, such as a notebook's
    oneLane: trainer('demo', 'f32'),
    fullOneLane: trainer('full', 'f32'),
  };
  await withProcesses(starts, async (processes) => {
    const measured = await measureAll('trainers', processes, 'train', plan, report);
    const { figures } = report;
    figures['demo compiled s'] = medianOf(measured, 'compiled');
    figures['demo eager s'] = medianOf(measured, 'eager');
    figures.eager_speedup = figures['demo eager s'] / figures['demo compiled s'];
    figures['demo one lane s'] = medianOf(measured, 'oneLane');
    figures.eager_speedup_one_lane = figures['demo eager s'] / figures['demo one lane s'];
    figures['full-size trainer s'] = medianOf(measured, 'full');
    figures['full-size trainer one lane s'] = medianOf(measured, 'fullOneLane');
    figures.overhead_outside_tensorflow = medianOf(measured, 'full', 'outside');
    const grown = await processes.get('compiled')?.ask('grow');
    figures['tensors gained in 2000 steps'] = grown?.tensors ?? Number.NaN;
    figures['MiB gained in 2000 steps'] = grown?.mebibytes ?? Number.NaN;
  });
}

/** @param args `--json FILE`, `--runs N`, `--attempts N` */
export async function benchDenoiser(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      runs: { type: 'string', default: '9' },
      attempts: { type: 'string', default: '3' },
    },
  });
  const plan = { runs: Number(values.runs), attempts: Number(values.attempts) };
  const report: Report = { ratios: {}, figures: {}, notes: [] };
  await comparePrecision('f32', plan, report);
  if (hasBfloat16()) await comparePrecision('bf16', plan, report);
  else report.notes.push('bf16 left out: this CPU has neither avx512_bf16 nor amx_bf16');
  await compareTrainers(plan, report);
  print(report, bounds);
  if (values.json === undefined) return;
  const { eager_train, ...ratios } = report.ratios;
  const { rss_ratio, eager_speedup, ...figures } = report.figures;
  const json = { ratios, rss_ratio, eager_speedup, eager_train, notes: report.notes, figures };
  await writeFile(values.json, `${JSON.stringify(json, null, 2)}\n`);
}
