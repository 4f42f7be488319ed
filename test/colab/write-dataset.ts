/** Three computed clips as FOLDER/NAME.zip, NAME being the folder's; argument: FOLDER. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { recordingsZip } from '../support/sung-files';

const folder = process.argv[2]!;
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${basename(folder)}.zip`), recordingsZip(3));
