/** `diff-svc doctor`: what runs the computations, and what stands in the way of something faster. */
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { type DoctorReport, diagnose } from '../engine/doctor';
import { installedPlaces } from '../engine/places';
import { exitCodes, runVerb } from './session';

/** Adds the verb to `program`. Exit status 2 when no TensorFlow engine works. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('show the engine, the GPU and the machine, and what to do when something is missing')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc doctor --json | jq .gpu.advice')
    .action((flags: { json?: boolean }) =>
      runVerb(flags.json === true, async () => {
        const report = await diagnose(installedPlaces(process.env, homedir()), process.env, process.cwd());
        if (!report.ok) process.exitCode = exitCodes.userError;
        return { text: describeReport(report), json: report };
      }),
    );
}

/** The report as text: one line a fact, the remedies last. */
export function describeReport(report: DoctorReport): string {
  const { engine, gpu, machine } = report;
  const lines = [
    line('Engine', engineLine(engine)),
    line('', engine.why),
    ...(engine.folder ? [line('', engine.folder)] : []),
    ...engine.tried.map(({ candidate, reason }) => line('', `not ${candidate}: ${reason}`)),
    line('Devices', engine.devices.join(', ') || 'none'),
    ...gpuLines(gpu),
    line(
      'Machine',
      `${machine.cores} cores, ${memory(machine)}, Node ${machine.node.slice(1)}, ${machine.platform}`,
    ),
    ...report.disk.map(({ use, folder, freeBytes }) =>
      line('Disk', `${gigabytes(freeBytes)} free, ${use} (${folder})`),
    ),
  ];
  if (engine.problem) lines.push('', `Problem: ${engine.problem}`);
  if (gpu.advice.code !== 'used') lines.push('', `GPU: ${gpu.advice.reason}`, gpu.advice.remedy);
  return lines.join('\n');
}

function engineLine({ chosen, tensorflow, build }: DoctorReport['engine']): string {
  if (tensorflow) return `TensorFlow ${tensorflow}, ${build} (${chosen})`;
  return chosen === 'js' ? 'plain JavaScript (js)' : `none works (chosen: ${chosen})`;
}

function gpuLines(gpu: DoctorReport['gpu']): string[] {
  const found = gpu.gpus.map(({ name, memoryMb }) =>
    line('GPU', `${name}, ${gigabytes(memoryMb * 2 ** 20)} VRAM`),
  );
  if (gpu.driver)
    found.push(line('Driver', `${gpu.driver}${gpu.driverCuda ? `, CUDA up to ${gpu.driverCuda}` : ''}`));
  return found.length > 0 ? found : [line('GPU', 'none found')];
}

function memory({ memoryBytes, freeMemoryBytes }: DoctorReport['machine']): string {
  return `${gigabytes(memoryBytes)} RAM (${gigabytes(freeMemoryBytes)} free)`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function line(label: string, text: string): string {
  return `${label.padEnd(9)}${text}`;
}
