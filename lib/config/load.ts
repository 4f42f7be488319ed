/** Where configurations come in: files, and (from `parse`) values. */
import { readFile } from 'node:fs/promises';
import { UserError } from './errors';
import { parseConfig } from './parse';
import { readYaml } from './read-yaml';
import { fromReferenceKeys, isReferenceForm } from './reference-keys';
import type { Config } from './schema';

export { mergeConfig, parseConfig } from './parse';

/**
 * A configuration file, YAML or JSON: our sections, or the flat keys of a Diff-SVC config.yaml.
 * @throws UserError `config-unreadable`, and those of `parseConfig` and `fromReferenceYaml`
 */
export async function loadConfigFile(path: string): Promise<Config> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UserError(
      'config-unreadable',
      `Expected to read ${path}, but: ${cause.message}`,
      'Check the path.',
      { cause },
    );
  });
  const value = readYaml(text, path);
  return isReferenceForm(value) ? fromReferenceKeys(value, path).config : parseConfig(value, path);
}
