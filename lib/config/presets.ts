/** Named configurations: what differs from the schema's defaults, as JSON beside. */
import { UserError } from './errors';
import { parseConfig } from './parse';
import demo from './presets/demo.json';
import nsf44k from './presets/nsf-44k.json';
import type { Config } from './schema';

/** `nsf-44k`: the reference's full size (the defaults). `demo`: small enough to train on two cores in minutes. */
const PRESETS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['nsf-44k', nsf44k],
  ['demo', demo],
]);

export const presetNames: readonly string[] = [...PRESETS.keys()];

/** @throws UserError `unknown-preset` */
export function preset(name: string): Config {
  if (!PRESETS.has(name)) {
    throw new UserError(
      'unknown-preset',
      `Expected a preset (${presetNames.join(', ')}), got ${JSON.stringify(name)}`,
      'Choose one of these, or give a configuration file.',
    );
  }
  return parseConfig(PRESETS.get(name), `preset ${name}`);
}
