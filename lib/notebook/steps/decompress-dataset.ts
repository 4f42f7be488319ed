/** "Step 2: Decompress dataset". */

import { join } from 'node:path';
import { megabytes } from '../../config/progress';
import { formatDuration } from '../../config/progress-bar';
import type { IngestReport } from '../../data/ingest';
import { writeFileAtomic } from '../../storage/atomic-file';
import { drivePlace } from '../../storage/drive-path';
import { table } from '../display';
import { localFile } from './local-file';
import { inLanguage, say } from './messages';
import { inCell } from './run';
import { runConfig } from './run-config';
import { datasetFolder, rememberState, singerNameOf } from './state';

/** Fields of the cell. */
export interface DatasetFields {
  readonly singer_name: string;
  readonly dataset_location: string;
  readonly voice_of: string;
}

/**
 * Cuts the recordings into clips and reports. Run again on the same zip it has nothing to do.
 * @throws UserError those of `fetchDataset` and `ingest`
 */
export async function decompressDataset(fields: DatasetFields): Promise<void> {
  const singerName = singerNameOf(fields.singer_name);
  const { ingest } = await import('../../data/ingest');
  const { datasetPlace } = await import('../../data/drive-dataset');
  const folder = datasetFolder(singerName);
  const report = await inCell(async (session) => {
    const named = fields.dataset_location.trim();
    const isPattern = named === '' || named.endsWith('*');
    if (isPattern) drivePlace(`${named.replace(/\*$/, '')}x`, session.notice);
    const location = isPattern ? `drive:${datasetPlace(singerName)}` : named;
    const source = await localFile(location, session, megabytes(session.progress, 'download'));
    return ingest(source, folder, await runConfig(), { ...session, replace: true });
  });
  await writeFileAtomic(
    join(folder, 'voice.json'),
    Buffer.from(`${JSON.stringify({ singer_name: singerName, voice_of: fields.voice_of }, null, 2)}\n`),
  );
  await rememberState({ singerName });
  describe(report);
  if (fields.voice_of.trim() === '') {
    say({
      en: 'voice_of is empty: say whose voice it is; it is kept with the model.',
      ko: 'voice_of가 비어 있습니다. 누구의 목소리인지 적으면 모델과 함께 보관됩니다.',
    });
  }
}

function describe(report: IngestReport): void {
  const label = (en: string, ko: string): string => inLanguage({ en, ko });
  table([
    { '': label('In all', '전체 길이'), ' ': formatDuration(report.totalSeconds) },
    { '': label('Recordings', '녹음'), ' ': report.recordings.length },
    { '': label('Clips', '클립'), ' ': report.clips.length },
    { '': label('Left out', '제외'), ' ': report.leftOut.length },
  ]);
  const warnings = report.recordings.flatMap(({ name, warnings: of }) =>
    of.map((reason) => ({ name, reason })),
  );
  if (warnings.length > 0) table(warnings);
  if (report.leftOut.length > 0) table(report.leftOut.map(({ name, reason }) => ({ name, reason })));
  if (report.skipped) say({ en: 'These clips were there already.', ko: '이미 준비된 클립을 그대로 씁니다.' });
}
