/** --preset, --config and --set: how every verb is told its configuration. */
import type { Command } from 'commander';
import { UserError } from '../config/errors';
import { loadConfigFile, mergeConfig } from '../config/load';
import { preset, presetNames } from '../config/presets';
import type { Config } from '../config/schema';

/** Flags that choose a configuration. */
export interface ConfigFlags {
  readonly preset?: string;
  readonly config?: string;
  readonly set?: readonly string[];
}

/** Adds the flags to a verb. */
export function configFlags(command: Command): Command {
  return command
    .option('--preset <name>', `one of ${presetNames.join(', ')} (default: nsf-44k)`)
    .option('--config <file>', 'YAML or JSON file')
    .option('--set <key=value...>', 'overrides, e.g. training.learningRate=4e-4');
}

/**
 * The configuration that the flags ask for.
 * @param base used when neither --preset nor --config is given; default: the full reference size
 * @throws UserError those of `loadConfigFile` and `mergeConfig`, `bad-override`
 */
export async function configFrom(flags: ConfigFlags, base: Config = preset('nsf-44k')): Promise<Config> {
  if (flags.preset !== undefined && flags.config !== undefined) {
    throw new UserError('two-configs', 'Expected --preset or --config, got both', 'Leave one of them out.');
  }
  let config = base;
  if (flags.preset !== undefined) config = preset(flags.preset);
  if (flags.config !== undefined) config = await loadConfigFile(flags.config);
  for (const text of flags.set ?? []) config = mergeConfig(config, override(text), `--set ${text}`);
  return config;
}

/** `a.b=value` as `{ a: { b: value } }`; the value is read as JSON where it is JSON. */
function override(text: string): Record<string, unknown> {
  const match = /^([A-Za-z0-9.]+)=(.*)$/s.exec(text);
  if (match === null) {
    throw new UserError(
      'bad-override',
      `Expected --set section.key=value, got ${text}`,
      'For example --set training.seed=7.',
    );
  }
  const value = parseValue(match[2]!);
  return match[1]!.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
