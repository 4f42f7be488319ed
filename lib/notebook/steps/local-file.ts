/** Paths that people type, as files of this machine. */
import { dirname, join } from 'node:path';
import type { Session } from '../../assembly/session';
import { drivePlace } from '../../storage/drive-path';

/**
 * The file itself, or what lies on Drive fetched and checked.
 * @throws UserError those of `fetchDataset`
 */
export async function localFile(
  path: string,
  session: Session,
  onBytes: (done: number, total: number) => void,
): Promise<string> {
  const place = drivePlace(path, session.notice);
  if (place === null) return path;
  const { openDrive, workFolder } = await import('../../assembly/drive');
  const { fetchDataset } = await import('../../data/drive-dataset');
  const folder = join(workFolder(dirname(place)), 'recordings');
  return fetchDataset(await openDrive(session), place, folder, { signal: session.signal, onBytes });
}
