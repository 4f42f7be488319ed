/** Where the programs of other people that these tests run are kept between runs. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../lib/config/cache-folder';

/** A folder of our cache, made. */
export function programFolder(name: string): string {
  const folder = join(cacheFolder(process.env, homedir()), 'drive-clients', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
