/** Three computed clips as FOLDER/NAME.zip, NAME being the folder's; argument: FOLDER. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sungWav } from '../cli/sung';
import { makeZip } from '../data/make-zip';

const folder = process.argv[2]!;
const sampleRate = 44100;
const files = [110, 131, 147].map((hz) => ({
  name: `sung-${hz}.wav`,
  content: sungWav(3 * sampleRate, sampleRate, hz),
}));
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${basename(folder)}.zip`), makeZip(files));
