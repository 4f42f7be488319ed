/** Configurations from anywhere, checked strictly: every problem is named at once, nothing unknown is ignored. */
import type { z } from 'zod';
import { UserError } from './errors';
import { type Config, configSchema } from './schema';
import { suggestKey } from './suggest-key';

/** How errors name a key, given its path in our schema. */
export type NameOf = (path: readonly PropertyKey[]) => string;

const dotted: NameOf = (path) => path.map(String).join('.');

/**
 * `value` with defaults filled in.
 * @param source what errors call it, e.g. the file name
 * @throws UserError `config-invalid` with one line per problem: key, rule, value; unknown keys with a suggestion
 */
export function parseConfig(value: unknown, source: string, nameOf: NameOf = dotted): Config {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describe(issue, value, nameOf));
  throw new UserError(
    'config-invalid',
    `Expected a valid configuration in ${source}, found ${problems.length} problem${problems.length > 1 ? 's' : ''}:\n` +
      problems.map((problem) => `  ${problem}`).join('\n'),
    'Correct these keys; docs and defaults: lib/config/schema.ts.',
  );
}

/**
 * `base` with `overrides` laid over it: objects key by key, everything else whole.
 * @throws UserError as `parseConfig`
 */
export function mergeConfig(base: Config, overrides: unknown, source: string): Config {
  return parseConfig(merge(base, overrides), source);
}

function merge(base: unknown, overrides: unknown): unknown {
  if (!isObject(base) || !isObject(overrides)) return overrides;
  const known = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overrides)) known.set(key, merge(known.get(key), value));
  return Object.fromEntries(known);
}

function describe(issue: z.core.$ZodIssue, value: unknown, nameOf: NameOf): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path.map(String), key];
      const suggestion = suggestKey(path);
      return `${nameOf(path)}: unknown key${suggestion ? `, did you mean ${suggestion}?` : ''}`;
    });
  }
  const found = issue.path.reduce<unknown>(
    (inner, key) => (isObject(inner) || Array.isArray(inner) ? Reflect.get(inner, key) : undefined),
    value,
  );
  const shown = found === undefined ? '' : ` (got ${shorten(JSON.stringify(found) ?? String(found))})`;
  return [`${nameOf(issue.path) || 'the whole'}: ${issue.message}${shown}`];
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
