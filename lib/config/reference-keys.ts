/** The reference's config.yaml (spec section a), read and written. Ours lies in one block of it, `diff_svc_ts`. */
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { UserError } from './errors';
import { parseConfig } from './parse';
import { readYaml } from './read-yaml';
import { FIXED, LOCAL, MAPPED, UNUSED } from './reference-table';
import type { Config } from './schema';

/** Top-level key of our block. */
const BLOCK = 'diff_svc_ts';

/** A voice of the reference was trained with all its defects and must be used with them (spec section k). */
const IMPORTED = {
  features: { encoder: 'hubert-soft', vocoder: 'nsf-hifigan' },
  compat: { slicer: true, mel2ph: true, pitch: true, loss: true, plms: true, training: true },
};

/** Whether a mapping looks like the reference's flat keys rather than our sections. */
export function isReferenceForm(value: Readonly<Record<string, unknown>>): boolean {
  return BLOCK in value || Object.keys(value).some((key) => key in MAPPED);
}

/**
 * The configuration in a config.yaml, of the reference or written by `toReferenceYaml`.
 *
 * @returns `notes`: what a person should know, one sentence each (unknown keys, edits without effect)
 * @throws UserError `config-unsupported` for a 24 kHz voice or a value that we cannot honour, `config-invalid`,
 *   `config-unreadable`
 */
export function fromReferenceYaml(text: string, source: string): { config: Config; notes: string[] } {
  return fromReferenceKeys(readYaml(text, source), source);
}

/** The same for a mapping that is parsed already. */
export function fromReferenceKeys(
  flat: Readonly<Record<string, unknown>>,
  source: string,
): { config: Config; notes: string[] } {
  if (BLOCK in flat) {
    const config = parseConfig(flat[BLOCK], `${BLOCK} of ${source}`);
    return { config, notes: editsWithoutEffect(flat, config, source) };
  }
  requireSupported(flat, source);
  const sections: Record<string, unknown> = structuredClone(IMPORTED);
  // an absent key counts as "encoder present" (spec section a)
  for (const [key, value] of Object.entries({ no_fs2: false, ...flat })) {
    for (const path of mappedPaths(key)) setPath(sections, path.split('.'), value);
  }
  const unknown = Object.keys(flat).filter((key) => !isKnown(key));
  const notes =
    unknown.length > 0 ? [`Keys in ${source} that mean nothing here: ${unknown.join(', ')}.`] : [];
  return { config: parseConfig(sections, source, referenceName), notes };
}

/** A config.yaml for both programs: the reference's flat keys, then our whole configuration. Reads back exactly. */
export function toReferenceYaml(config: Config): string {
  const lines = Object.entries(flatKeys(config)).map(([key, value]) => `${key}: ${pythonYaml(value)}`);
  return `${lines.join('\n')}\n${stringify({ [BLOCK]: config }, { lineWidth: 0 })}`;
}

function flatKeys(config: Config): Record<string, unknown> {
  const mapped = Object.entries(MAPPED).map(([key, [path]]) => [key, getPath(config, path!.split('.'))]);
  return { ...Object.fromEntries(mapped), keep_bins: config.audio.melBins, ...FIXED, ...UNUSED };
}

function editsWithoutEffect(
  flat: Readonly<Record<string, unknown>>,
  config: Config,
  source: string,
): string[] {
  return Object.entries(flatKeys(config))
    .filter(([key, value]) => key in flat && !isDeepStrictEqual(flat[key], value))
    .map(([key]) => `${key} in ${source} differs from its ${BLOCK} block; the block counts.`);
}

function requireSupported(flat: Readonly<Record<string, unknown>>, source: string): void {
  const rate = flat.audio_sample_rate;
  if (rate !== undefined && rate !== 44100) {
    throw new UserError(
      'config-unsupported',
      `Expected a 44100 Hz voice in ${source}, got audio_sample_rate ${JSON.stringify(rate)}`,
      'Voices of the 24 kHz branch cannot be used; train the voice again at 44.1 kHz.',
    );
  }
  for (const [key, value] of Object.entries(FIXED)) {
    if (key in flat && flat[key] !== value) {
      throw new UserError(
        'config-unsupported',
        `Expected ${key}: ${String(value)} in ${source}, got ${JSON.stringify(flat[key])}`,
        'A voice that was trained with this value cannot be used here.',
      );
    }
  }
}

function isKnown(key: string): boolean {
  return [MAPPED, FIXED, UNUSED].some((table) => Object.hasOwn(table, key)) || LOCAL.has(key);
}

function mappedPaths(key: string): readonly string[] {
  return Object.hasOwn(MAPPED, key) ? MAPPED[key]! : [];
}

/** Errors about an imported file name its own keys. */
function referenceName(path: readonly PropertyKey[]): string {
  const dotted = path.map(String).join('.');
  const found = Object.entries(MAPPED).find(([, paths]) =>
    paths.some((p) => dotted === p || dotted.startsWith(`${p}.`)),
  );
  return found ? found[0] : dotted;
}

function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) target[key] = value;
  else setPath((target[key] ??= {}) as Record<string, unknown>, rest, value);
}

function getPath(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
}

/** A value for PyYAML, whose floats need a point: it reads 1e-8 as text. */
function pythonYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonYaml).join(', ')}]`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return typeof value === 'number'
    ? text.replace(/^(-?\d+)e([+-])?(\d+)$/, (_, m, sign, e) => `${m}.0e${sign ?? '+'}${e}`)
    : text;
}
