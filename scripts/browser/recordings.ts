/** What a person has before the walk-through: a zip of recordings in My Drive. */
import type { AdminClient } from '../../test/support/drive-emulator/admin-client';
import { recordingsZip } from '../../test/support/sung-files';

/** My Drive/diff-svc/SINGER/SINGER.zip, put there by the person's browser and not by this program. */
export async function putRecordings(drive: AdminClient, singer: string): Promise<void> {
  const top = await drive.addFolder({ name: 'diff-svc' });
  const folder = await drive.addFolder({ name: singer, parent: top });
  await drive.addFile({ name: `${singer}.zip`, parent: folder, bytes: recordingsZip(4) });
}
