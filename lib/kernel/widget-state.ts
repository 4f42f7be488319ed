/**
 * Binary values in the state of widgets travel beside the JSON. Source: ipywidgets, `packages/schema/messages.md`,
 * "buffer_paths" (protocol 2.1.0).
 */

/** A state without its binary values, and where they were. */
export interface SplitState {
  readonly state: Record<string, unknown>;
  readonly paths: (string | number)[][];
  readonly buffers: Uint8Array[];
}

/** Takes binary values (ArrayBuffer and views of it) out of a state, however deep. The state itself stays as it is. */
export function splitState(state: Readonly<Record<string, unknown>>): SplitState {
  const paths: (string | number)[][] = [];
  const buffers: Uint8Array[] = [];
  const take = (value: unknown, path: (string | number)[]): unknown => {
    const bytes = bytesOf(value);
    if (bytes) {
      paths.push(path);
      buffers.push(bytes);
      return null;
    }
    if (Array.isArray(value)) return value.map((item, i) => take(item, [...path, i]));
    if (!isPlain(value)) return value;
    return withoutBinary(value, path, take);
  };
  const rest = withoutBinary(state, [], take);
  return { state: rest, paths, buffers };
}

/** Keys with a binary value are left out, as the protocol has it; in lists null keeps the place. */
function withoutBinary(
  object: Readonly<Record<string, unknown>>,
  path: (string | number)[],
  take: (value: unknown, path: (string | number)[]) => unknown,
): Record<string, unknown> {
  const entries = Object.entries(object).map(
    ([key, value]) => [key, take(value, [...path, key]), value] as const,
  );
  return Object.fromEntries(
    entries.filter(([, , value]) => !bytesOf(value)).map(([key, taken]) => [key, taken]),
  );
}

/**
 * Puts binary values back, in place. Paths that lead nowhere are ignored: they come from outside.
 * @returns `state`
 */
export function joinState(
  state: Record<string, unknown>,
  paths: unknown,
  buffers: readonly Uint8Array[],
): Record<string, unknown> {
  if (!Array.isArray(paths)) return state;
  for (const [i, path] of paths.entries()) {
    const buffer = buffers[i];
    if (!Array.isArray(path) || path.length === 0 || !buffer || path.some(isUnsafe)) continue;
    let holder: unknown = state;
    for (const key of path.slice(0, -1)) {
      // own values only: a path from outside must not reach a prototype
      holder = isHolder(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
    }
    if (isHolder(holder)) holder[path.at(-1)] = buffer;
  }
  return state;
}

function isUnsafe(key: unknown): boolean {
  return !['string', 'number'].includes(typeof key) || key === '__proto__';
}

function isHolder(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return null;
}
