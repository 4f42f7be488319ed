/** The cell "Zip up the result to your drive". */

import { mkdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { openDrive } from '../../assembly/drive';
import { UserError } from '../../config/errors';
import { megabytes } from '../../config/progress';
import { uploadToPlace } from '../../data/drive-dataset';
import { writeFileAtomic } from '../../storage/atomic-file';
import { dataFolder } from '../../storage/mount-drive';
import { checkFields, rule } from '../checks';
import { readInference } from './inference-state';
import { inLanguage, say } from './messages';
import { inCell } from './run';

const resultPlace = 'Diff-SVC-RESULTS';

/**
 * Puts the results of the last conversion as a zip into `Diff-SVC-RESULTS` on Drive, or in the folder that stands in for it;
 * returns when it was read back. One of the same name that is there stays.
 * @throws UserError `form-fields`, `cell-missing`, store errors
 */
export async function zipResults({ zip_exp_name }: { readonly zip_exp_name: string }): Promise<void> {
  const stem = zip_exp_name.trim().replace(/\.zip$/i, '');
  await checkFields({
    zip_exp_name: rule(
      stem !== '' && !/[/\\\0]/.test(stem) && !stem.startsWith('.'),
      'expected a name for a file',
    ),
  });
  const paths = await resultsThere();
  const work = join(dataFolder(process.env, homedir()), 'results');
  await mkdir(work, { recursive: true });
  const zipPath = join(work, `${stem}.zip`);
  await writeFileAtomic(zipPath, await zipOf(paths));
  const stored = await inCell(async (session) => {
    const drive = await openDrive(session);
    session.notice(drive.text);
    const file = await uploadToPlace(drive, zipPath, `${resultPlace}/${stem}.zip`, join(work, 'journal'), {
      signal: session.signal,
      onBytes: megabytes(session.progress, 'upload'),
    });
    return { label: drive.store.label, name: file.name };
  });
  say({
    en: `${paths.length} songs are in ${resultPlace}/${stored.name} at ${stored.label}.`,
    ko: `노래 ${paths.length}곡을 ${stored.label}의 ${resultPlace}/${stored.name}에 저장했습니다.`,
  });
}

async function resultsThere(): Promise<string[]> {
  const { results } = await readInference();
  const there = await Promise.all(results.map((path) => stat(path).catch(() => null)));
  const paths = results.filter((_, i) => there[i]?.isFile());
  if (paths.length > 0) return paths;
  throw new UserError(
    'cell-missing',
    inLanguage({ en: 'Expected converted songs, there are none', ko: '변환한 노래가 없습니다' }),
    inLanguage({
      en: 'Run "Input audio and adjust parameters".',
      ko: '"Input audio and adjust parameters (변환)" 셀을 실행하세요.',
    }),
  );
}

async function zipOf(paths: readonly string[]): Promise<Buffer> {
  const { default: AdmZip } = await import('adm-zip');
  const zip = new AdmZip();
  for (const path of paths) zip.addFile(basename(path), await readFile(path));
  return zip.toBuffer();
}
