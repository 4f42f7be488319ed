/** The folder of this machine in which a training is kept, and what its log says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drivePlace } from '../../storage/drive-path';
import type { MetricsLine } from '../../training/metrics-log';

/** Where the checkpoints of `saveDir` lie on this machine. @throws UserError `drive-path-invalid` */
export async function runFolder(saveDir: string): Promise<string> {
  const { workFolder } = await import('../../assembly/drive');
  const place = drivePlace(saveDir);
  return place === null ? saveDir : workFolder(place);
}

/** Lines of the metrics log in `folder`, without torn ones; none where there is no log. */
export async function metricsIn(folder: string): Promise<MetricsLine[]> {
  const text = await readFile(join(folder, 'metrics.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as MetricsLine];
    } catch {
      return [];
    }
  });
}
