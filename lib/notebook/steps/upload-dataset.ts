/** "Upload dataset". */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { megabytes } from '../../config/progress';
import { dataFolder } from '../../storage/mount-drive';
import { input } from '../ask';
import { checkFields, existingFile } from '../checks';
import { inLanguage, say } from './messages';
import { inCell } from './run';
import { rememberState, singerNameOf } from './state';

/** Fields of the cell. */
export interface UploadFields {
  readonly singer_name: string;
  /** empty: asked for */
  readonly local_zip: string;
}

/**
 * Puts a zip of this machine to diff-svc/SINGER/SINGER.zip on Drive, verified.
 * @throws UserError `form-fields`, store errors
 */
export async function uploadDataset(fields: UploadFields): Promise<void> {
  const singerName = singerNameOf(fields.singer_name);
  const { kernelHost } = await import('../output');
  if (fields.local_zip === '' && kernelHost()?.cell?.allowsInput !== true) {
    return say({
      en: 'Nothing to upload: local_zip is empty. Not needed if the zip is on Drive already.',
      ko: '올릴 파일이 없습니다(local_zip이 비어 있음). zip이 이미 드라이브에 있으면 필요 없습니다.',
    });
  }
  const asked = inLanguage({ en: 'Path of the .zip (empty: none)', ko: '.zip 경로(비우면 건너뜀)' });
  const zip = (fields.local_zip || (await input(`${asked}: `))).trim();
  if (zip === '') return;
  await checkFields({ local_zip: existingFile(zip, '.zip') });
  const { datasetPlace } = await import('../../data/drive-dataset');
  await uploadToDrive(zip, datasetPlace(singerName));
  await rememberState({ singerName });
}

/** Uploads a file to `place` below My Drive and says where it is; goes on after breaks. */
export async function uploadToDrive(path: string, place: string): Promise<void> {
  const { openDrive } = await import('../../assembly/drive');
  const data = await import('../../data/drive-dataset');
  await inCell(async (session) => {
    const drive = await openDrive(session);
    const journal = join(dataFolder(process.env, homedir()), 'uploads');
    const options = { signal: session.signal, onBytes: megabytes(session.progress, 'upload') };
    await data.uploadToPlace(drive, path, place, journal, options);
    const at = `${place} (${drive.store.label})`;
    say({ en: `Stored at ${at}.`, ko: `저장했습니다: ${at}` });
  });
}
