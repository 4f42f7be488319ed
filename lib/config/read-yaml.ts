import { parseDocument } from 'yaml';
import { UserError } from './errors';

const MAX_BYTES = 1_000_000;

/**
 * The mapping in a YAML (or JSON) text. YAML 1.2 core schema: no tags that build objects, few aliases, so a text cannot
 * run or unfold into anything.
 * @throws UserError `config-unreadable`
 */
export function readYaml(text: string, source: string): Record<string, unknown> {
  const fail = (why: string, cause?: unknown): never => {
    throw new UserError(
      'config-unreadable',
      `Expected YAML or JSON in ${source}, but ${why}`,
      'Correct the file.',
      {
        cause,
      },
    );
  };
  if (text.length > MAX_BYTES) fail(`it has ${text.length} characters, at most ${MAX_BYTES} are read`);
  const document = parseDocument(text, { schema: 'core', prettyErrors: true });
  const error = document.errors[0] ?? document.warnings[0];
  if (error) fail(error.message, error);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    fail(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail('it holds no mapping of keys to values');
  return value as Record<string, unknown>;
}
