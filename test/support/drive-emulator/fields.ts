/** The `fields` mask: `id,name`, `files(id,name),nextPageToken`, `files/id`, `*`. */
import { ApiError } from './api-error';

/** What a mask selects below a name; null = everything. */
export type Mask = Map<string, Mask | null>;

/** @throws ApiError 400 invalidParameter */
export function parseFields(text: string): Mask {
  const reader = { text, at: 0 };
  const mask = readList(reader);
  if (reader.at !== text.length) throw badMask(text);
  return mask;
}

interface Reader {
  readonly text: string;
  at: number;
}

function readList(reader: Reader): Mask {
  const mask: Mask = new Map();
  do {
    skipSpace(reader);
    const path = /[A-Za-z0-9_*/-]+/y;
    path.lastIndex = reader.at;
    const names = path.exec(reader.text)?.[0];
    if (!names) throw badMask(reader.text);
    reader.at += names.length;
    add(mask, names.split('/'), take(reader, '(') ? readGroup(reader) : null);
    skipSpace(reader);
  } while (take(reader, ','));
  return mask;
}

function readGroup(reader: Reader): Mask {
  const inner = readList(reader);
  if (!take(reader, ')')) throw badMask(reader.text);
  return inner;
}

function add(mask: Mask, [first, ...rest]: readonly string[], inner: Mask | null): void {
  if (rest.length === 0) {
    const before = mask.get(first!);
    mask.set(first!, before && inner ? new Map([...before, ...inner]) : inner);
    return;
  }
  const below = mask.get(first!) ?? new Map();
  mask.set(first!, below);
  add(below, rest, inner);
}

function take(reader: Reader, mark: string): boolean {
  if (reader.text[reader.at] !== mark) return false;
  reader.at += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  while (reader.text[reader.at] === ' ') reader.at += 1;
}

function badMask(text: string): ApiError {
  return new ApiError(400, 'invalidParameter', `Invalid field selection ${text}`, { location: 'fields' });
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Keeps what the mask selects.
 * @param known names that the resource could have, whether or not this one does; others are refused as the service does
 * @throws ApiError 400 invalidParameter for a name that the resource does not have
 */
export function applyMask(
  mask: Mask,
  value: Json,
  known: Readonly<Record<string, readonly string[] | null>>,
): Json {
  if (mask.has('*')) return value;
  for (const name of mask.keys()) if (!(name in known)) throw badMask(name);
  const kept = Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
    if (!mask.has(name)) return [];
    return [[name, select(mask.get(name) ?? null, child, known[name] ?? null)]];
  });
  return Object.fromEntries(kept);
}

function select(mask: Mask | null, child: unknown, known: readonly string[] | null): unknown {
  if (mask === null) return child;
  // also where there is nothing to select from
  for (const name of mask.keys()) if (known && name !== '*' && !known.includes(name)) throw badMask(name);
  if (Array.isArray(child)) return child.map((item) => select(mask, item, known));
  if (typeof child !== 'object' || child === null) return child;
  const names = known ?? [...mask.keys()];
  return applyMask(mask, child as Json, Object.fromEntries(names.map((name) => [name, null])));
}
