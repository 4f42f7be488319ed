/** `npm run bench -- hubert`: HuBERT-soft against PyTorch. README.md explains the figures. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { medianOf } from './interleave';
import { type Bound, hasBfloat16, measureAll, notePeer, print, type Report } from './report';
import { TimedProcess, withProcesses } from './timed-process';

/** What the issue asks for. */
const bounds: Readonly<Record<string, Bound>> = { hubert_f32: { must: 1.05 }, bf16_vs_f32: { must: 0.7 } };

/** @param args `--json FILE`, `--seconds N` of sound, `--runs N`, `--attempts N` */
export async function benchHubert(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: text,
      seconds: { ...text, default: '10' },
      runs: { ...text, default: '9' },
      attempts: { ...text, default: '3' },
    },
  });
  const { seconds } = values;
  const worker = ['--import', 'tsx', join(__dirname, 'hubert-worker.ts'), '--seconds', seconds];
  const ours = (how: string) => () => TimedProcess.start(process.execPath, [...worker, '--how', how]);
  const python = process.env.DIFF_SVC_TORCH_PYTHON ?? 'python3';
  const script = [join(__dirname, 'peers', 'hubert_torch.py'), '--seconds', seconds];
  const threads = ['--threads', String(availableParallelism())];
  const peer =
    (...more: string[]) =>
    () =>
      TimedProcess.start(python, [...script, ...threads, ...more]);
  const low = hasBfloat16();
  const starts = {
    f32: ours('f32'),
    ...(low ? { bf16: ours('bf16') } : {}),
    eager: ours('eager'),
    peer: peer(),
    ...(low ? { 'peer bf16': peer('--bf16') } : {}),
  };
  const report: Report = { ratios: {}, figures: {}, notes: [] };
  const plan = { runs: Number(values.runs), attempts: Number(values.attempts) };
  await withProcesses(starts, async (processes) => {
    notePeer(processes, report);
    const measured = await measureAll('hubert', processes, 'repeat', plan, report);
    const { ratios, figures } = report;
    ratios.hubert_f32 = medianOf(measured, 'f32') / medianOf(measured, 'peer');
    if (low) ratios.bf16_vs_f32 = medianOf(measured, 'bf16') / medianOf(measured, 'f32');
    for (const [name, process] of processes) {
      figures[`${name} real-time factor`] = medianOf(measured, name) / Number(seconds);
      figures[`${name} peak MiB`] = process.peakMiB();
    }
  });
  if (!low) report.notes.push('bf16 left out: this CPU has neither avx512_bf16 nor amx_bf16');
  print(report, bounds);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
