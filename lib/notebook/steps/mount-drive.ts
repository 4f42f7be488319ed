/** "Mount Google Drive". */

import { say } from './messages';
import { inCell } from './run';

/** Finds Google Drive, or the local folder that stands in for it, and says which. */
export async function mountGoogleDrive(): Promise<void> {
  const { openDrive } = await import('../../assembly/drive');
  const { formatBytes } = await import('../../training/forecast');
  await inCell(async (session) => {
    const drive = await openDrive(session);
    const { freeBytes } = await drive.store.space();
    const free = freeBytes === null ? '?' : formatBytes(freeBytes);
    say({ en: `${drive.text}\nFree: ${free}`, ko: `${drive.text}\n남은 공간: ${free}` });
  });
}
