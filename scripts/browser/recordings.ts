/** What a person has before the walk-through: a zip of recordings in My Drive, and three songs, of which one is broken. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sungWav } from '../../test/cli/sung';
import { makeZip } from '../../test/data/make-zip';
import type { AdminClient } from '../../test/support/drive-emulator/admin-client';

const rate = 44100;

/** My Drive/diff-svc/SINGER/SINGER.zip, put there by the person's browser and not by this program. */
export async function putRecordings(drive: AdminClient, singer: string): Promise<void> {
  const files = [110, 131, 147].map((hz) => ({
    name: `sung-${hz}.wav`,
    content: sungWav(4 * rate, rate, hz),
  }));
  const top = await drive.addFolder({ name: 'diff-svc' });
  const folder = await drive.addFolder({ name: singer, parent: top });
  await drive.addFile({ name: `${singer}.zip`, parent: folder, bytes: makeZip(files) });
}

/** @returns the folder */
export function writeSongs(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'evening.wav'), sungWav(3 * rate, rate, 150));
  writeFileSync(join(folder, '저녁 노래.wav'), sungWav(3 * rate + 7, rate, 180));
  writeFileSync(join(folder, 'broken.wav'), 'not a recording');
  return folder;
}
