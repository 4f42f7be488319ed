/** `diff-svc demo`: everything once, on singers that it makes itself. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { computeOf } from '../assembly/compute';
import { partsOf } from '../assembly/parts';
import { requireWritableFolder } from '../assembly/writable';
import { UserError } from '../config/errors';
import { mergeConfig } from '../config/load';
import { preset } from '../config/presets';
import { formatDuration } from '../config/progress-bar';
import { type DemoMetrics, judgeDemo } from '../demo/judge';
import { type DemoOptions, runDemo } from '../demo/run-demo';
import { type ComputeFlags, computeFlags } from './compute';
import { runVerb, type Session, type VerbResult } from './session';
import { trainInChild } from './train-in-child';

interface Flags extends ComputeFlags {
  readonly out: string;
  readonly steps?: string;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerDemo(program: Command): void {
  computeFlags(program.command('demo'))
    .description('train a small voice on a synthetic singer, convert a song and score the result')
    .option('--out <dir>', 'folder for everything that it makes', 'demo-out')
    .option('--steps <n>', 'updates of training')
    .option('--json', 'print metrics as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc demo --out demo-out')
    .action((flags: Flags) => runVerb(flags.json === true, (session) => demo(flags, session)));
}

async function demo(flags: Flags, session: Session): Promise<VerbResult> {
  const base = preset('demo');
  const config =
    flags.steps === undefined
      ? base
      : mergeConfig(base, { training: { maxUpdates: Number(flags.steps) } }, '--steps');
  const folder = resolve(flags.out);
  await requireWritableFolder(flags.out, '--out');
  const compute = await computeOf(flags, session.notice);
  const trainElsewhere: DemoOptions['trainElsewhere'] = (place) =>
    trainInChild(
      { ...place, config, configFile: join(folder, 'training-config.json'), compute: flags },
      session.signal,
    );
  const files = await runDemo({ folder, config, partsOf, trainElsewhere, ...compute, ...session });
  const { metrics, report, metricsPath } = await judgeDemo(folder, files, partsOf(config).pitch, config);
  if (!metrics.passed && flags.steps === undefined) {
    throw new UserError(
      'demo-failed',
      describe(metrics),
      `Listen to ${join(folder, 'report.html')} and report this.`,
    );
  }
  const text = `${describe(metrics)}\n\nListen and look: ${report.page}\nMetrics: ${metricsPath}`;
  return { text, json: metrics };
}

function describe(metrics: DemoMetrics): string {
  const rows = Object.entries(metrics.tracks).map(
    ([name, t]) =>
      `  ${name.padEnd(16)} ${t.mcdDb.toFixed(2).padStart(6)} ${t.speakerDistanceDb.toFixed(2).padStart(8)} ${t.f0.correlation.toFixed(3).padStart(8)}`,
  );
  const checks = metrics.checks.map(
    (c) =>
      `  ${c.passed ? 'ok  ' : 'FAIL'} ${c.id}: ${c.value.toFixed(2)} (${c.bound.replace('-', ' ')} ${c.limit.toFixed(2)})`,
  );
  const total = Object.values(metrics.seconds).reduce((a, b) => a + b, 0);
  return [
    '                   MCD dB  speaker  F0 corr.   (against the target singing the same song)',
    ...rows,
    ...checks,
    `${metrics.steps} steps, conversion ${metrics.realTimeFactor.toFixed(2)} x real time, ${formatDuration(total)} in all.`,
  ].join('\n');
}
