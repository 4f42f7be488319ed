/** The configuration that a checkpoint was trained with: its own, or for files of Diff-SVC the config.yaml beside them. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../config/errors';
import { parseConfig } from '../config/load';
import type { OnNotice } from '../config/progress';
import { readYaml } from '../config/read-yaml';
import { fromReferenceKeys, isReferenceForm } from '../config/reference-keys';
import type { Config } from '../config/schema';
import type { Checkpoint } from './checkpoint';

/**
 * @param path of the .ckpt
 * @returns null where neither the file nor its folder says
 * @throws UserError `config-unreadable`, `config-unsupported` (names the key that cannot be honoured), `config-invalid`
 */
export async function configOf(
  { extra }: Pick<Checkpoint, 'extra'>,
  path: string,
  notice: OnNotice = () => undefined,
): Promise<Config | null> {
  return extra === null ? configBeside(dirname(path), notice) : parseConfig(JSON.parse(extra.config), path);
}

/** That of `folder/config.yaml`; null if there is none. What has no meaning here is said. @throws as `configOf` */
export async function configBeside(
  folder: string,
  notice: OnNotice = () => undefined,
): Promise<Config | null> {
  const path = join(folder, 'config.yaml');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw new UserError('config-unreadable', `Expected to read ${path}, but: ${cause.message}`, 'Check it.', {
      cause,
    });
  });
  if (text === null) return null;
  const value = readYaml(text, path);
  if (!isReferenceForm(value)) return parseConfig(value, path);
  const { config, notes } = fromReferenceKeys(value, path);
  for (const note of notes) notice(note);
  return config;
}
