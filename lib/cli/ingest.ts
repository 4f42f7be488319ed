/** `diff-svc ingest`: recordings -> clips. */

import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { openDrive, workFolder } from '../assembly/drive';
import { megabytes } from '../config/progress';
import { formatDuration } from '../config/progress-bar';
import { fetchDataset } from '../data/drive-dataset';
import { type IngestReport, ingest } from '../data/ingest';
import { drivePlace } from '../storage/drive-path';
import { type ConfigFlags, configFlags, configFrom } from './config-flags';
import { runVerb, type Session } from './session';

interface Flags extends ConfigFlags {
  readonly data: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerIngest(program: Command): void {
  configFlags(program.command('ingest'))
    .description('cut recordings (a .zip, a folder or a .wav) into clips for training')
    .argument('<source>', 'zip, folder or wav file; on Google Drive: drive:diff-svc/alice/alice.zip')
    .requiredOption('--data <dir>', 'folder for the dataset')
    .option('--replace', 'take the place of the dataset that is there')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc ingest alice.zip --data data/alice')
    .action((source: string, flags: Flags) =>
      runVerb(flags.json === true, async (session) => {
        const config = await configFrom(flags);
        const options = { ...session, replace: flags.replace === true };
        const report = await ingest(await localSource(source, session), flags.data, config, options);
        return { text: describe(report, flags.data), json: report };
      }),
    );
}

/** A zip on Drive is fetched first. */
async function localSource(source: string, session: Session): Promise<string> {
  const place = drivePlace(source, session.notice);
  if (place === null) return source;
  const drive = await openDrive(session);
  session.notice(drive.text);
  return fetchDataset(drive, place, join(workFolder(dirname(place)), 'recordings'), {
    signal: session.signal,
    onBytes: megabytes(session.progress, 'download'),
  });
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
