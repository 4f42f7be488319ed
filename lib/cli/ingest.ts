/** `diff-svc ingest`: recordings -> clips. */
import type { Command } from 'commander';
import { type IngestReport, ingest } from '../data/ingest';
import { type ConfigFlags, configFlags, configFrom } from './config-flags';
import { formatDuration } from './progress-bar';
import { runVerb } from './session';

interface Flags extends ConfigFlags {
  readonly data: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerIngest(program: Command): void {
  configFlags(program.command('ingest'))
    .description('cut recordings (a .zip, a folder or a .wav) into clips for training')
    .argument('<source>', 'zip, folder or wav file')
    .requiredOption('--data <dir>', 'folder for the dataset')
    .option('--replace', 'take the place of the dataset that is there')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc ingest alice.zip --data data/alice')
    .action((source: string, flags: Flags) =>
      runVerb(flags.json === true, async (session) => {
        const config = await configFrom(flags);
        const options = { ...session, replace: flags.replace === true };
        const report = await ingest(source, flags.data, config, options);
        return { text: describe(report, flags.data), json: report };
      }),
    );
}

/** What a person wants to know: minutes, clips, what was left out and why. */
function describe(report: IngestReport, dir: string): string {
  const lines = [
    report.skipped ? `${dir} holds this source already.` : `Wrote ${report.clips.length} clips to ${dir}.`,
    `${formatDuration(report.totalSeconds)} from ${report.recordings.length} recordings.`,
    ...report.recordings.flatMap((r) => r.warnings.map((warning) => `  ${r.name}: ${warning}`)),
  ];
  if (report.leftOut.length > 0) lines.push('Left out:');
  lines.push(...report.leftOut.map((item) => `  ${item.name}: ${item.reason}`));
  return lines.join('\n');
}
