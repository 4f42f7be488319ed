/** `npm run bench -- vocoder`: NSF-HiFiGAN against PyTorch. README.md explains the figures. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { medianOf } from './interleave';
import { type Bound, hasBfloat16, measureAll, notePeer, type Plan, print, type Report } from './report';
import { TimedProcess, withProcesses } from './timed-process';
import { nsfConfig } from './vocoder-workload';

type Precision = 'f32' | 'bf16';

/** What the issue asks for, and aims at. */
const bounds: Readonly<Record<string, Bound>> = {
  vocoder_f32: { must: 0.9, aim: 0.75 },
  vocoder_bf16: { must: 0.85, aim: 0.75 },
  bf16_error_db: { must: -45 },
};

const threads = ['--threads', String(availableParallelism())];

function ours(how: string, work: string, frames: string): Promise<TimedProcess | null> {
  const script = ['--import', 'tsx', join(__dirname, 'vocoder-worker.ts')];
  const args = ['--how', how, '--work', work, '--frames', frames, ...threads];
  return TimedProcess.start(process.execPath, [...script, ...args]);
}

function peer(frames: string, ...args: string[]): Promise<TimedProcess | null> {
  const script =
    process.env.DIFF_SVC_TORCH_VOCODER_PEER ?? resolve(__dirname, '../../shared/peers/vocoder_torch.py');
  if (!existsSync(script)) return Promise.resolve(null);
  const python = process.env.DIFF_SVC_TORCH_PYTHON ?? 'python3';
  return TimedProcess.start(python, [script, '--serve', ...threads, '--frames', frames, ...args]);
}

async function comparePrecision(
  precision: Precision,
  frames: string,
  plan: Plan,
  report: Report,
): Promise<void> {
  const starts = {
    compiled: () => ours(precision, 'network', frames),
    song: () => ours(precision, 'song', frames),
    ...(precision === 'f32' ? { eager: () => ours('eager', 'network', frames) } : {}),
    peer: () => peer(frames, ...(precision === 'bf16' ? ['--bf16'] : [])),
  };
  await withProcesses(starts, async (processes) => {
    notePeer(processes, report);
    const measured = await measureAll(precision, processes, 'repeat', plan, report);
    const { ratios, figures } = report;
    const seconds = (name: string): number => medianOf(measured, name);
    ratios[`vocoder_${precision}`] = seconds('compiled') / seconds('peer');
    const duration = (Number(frames) * nsfConfig.hopSize) / nsfConfig.sampleRate;
    for (const name of ['compiled', 'eager', 'peer']) {
      if (processes.has(name)) figures[`${precision} ${name} real-time factor`] = seconds(name) / duration;
    }
    const song = medianOf(measured, 'song', 'songSeconds');
    figures[`${precision} whole vocoder real-time factor`] = seconds('song') / song;
    for (const [name, process] of processes) figures[`${precision} ${name} peak MiB`] = process.peakMiB();
  });
}

/** @param args `--json FILE`, `--frames N`, `--runs N`, `--attempts N` */
export async function benchVocoder(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      frames: { type: 'string', default: '344' },
      runs: { type: 'string', default: '9' },
      attempts: { type: 'string', default: '3' },
    },
  });
  const plan = { runs: Number(values.runs), attempts: Number(values.attempts) };
  const report: Report = { ratios: {}, figures: {}, notes: [] };
  await comparePrecision('f32', values.frames, plan, report);
  if (hasBfloat16()) {
    await comparePrecision('bf16', values.frames, plan, report);
    await withProcesses({ error: () => ours('bf16', 'error', values.frames) }, async (processes) => {
      const { errorDb } = (await processes.get('error')?.ask('repeat')) ?? {};
      report.figures.bf16_error_db = errorDb ?? Number.NaN;
    });
  } else report.notes.push('bf16 left out: this CPU has neither avx512_bf16 nor amx_bf16');
  print(report, bounds);
  if (values.json === undefined) return;
  const { bf16_error_db, ...figures } = report.figures;
  const json = { ratios: report.ratios, bf16_error_db, notes: report.notes, figures };
  await writeFile(values.json, `${JSON.stringify(json, null, 2)}\n`);
}
