/** What HuBERT-soft's weights are called: all layouts that a reader meets become one flat map of reference names. */

/** A tensor on the host in PyTorch's axis order, row-major float32. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * What a file holds at the top: tensors by name (with `data`, or with `toFloat32()`), or such a map under `hubert`. Other
 * values are ignored.
 */
export type StateTree = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;

/** Newer PyTorch's names of the weight-norm pair, and the names that the reference knows. */
const weightNorm: readonly (readonly [string, string])[] = [
  ['.parametrizations.weight.original0', '.weight_g'],
  ['.parametrizations.weight.original1', '.weight_v'],
];

/** Reference name of one tensor: without `hubert.` and `module.`, weight norm as `weight_g` and `weight_v`. */
export function hubertKey(name: string): string {
  const bare = name.replace(/^(?:hubert\.|module\.)+/, '');
  for (const [modern, reference] of weightNorm) {
    if (bare.endsWith(modern)) return bare.slice(0, -modern.length) + reference;
  }
  return bare;
}

/** A tensor as a reader of files may hold it, values on demand. */
interface LazyTensor {
  readonly shape: readonly number[];
  toFloat32(): Float32Array;
}

function isTensor(value: unknown): value is HostTensor | LazyTensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shape' in value &&
    ('data' in value || 'toFloat32' in value)
  );
}

function onHost(tensor: HostTensor | LazyTensor): HostTensor {
  return 'data' in tensor ? tensor : { shape: tensor.shape, data: tensor.toFloat32() };
}

function entriesOf(tree: StateTree): [string, unknown][] {
  const entries: [unknown, unknown][] = tree instanceof Map ? [...tree.entries()] : Object.entries(tree);
  return entries.filter((entry): entry is [string, unknown] => typeof entry[0] === 'string');
}

/**
 * Tensors by reference name, from a flat state dict (Diff-SVC), from `{'hubert': ...}` (bshall/hubert v0.2), either
 * with `module.` prefixes, in either spelling of weight norm (spec section d, file layouts).
 */
export function hubertState(tree: StateTree): Map<string, HostTensor> {
  const entries = entriesOf(tree);
  const nested = entries.find(([name, value]) => name === 'hubert' && !isTensor(value))?.[1];
  const source = nested === undefined ? entries : entriesOf(nested as StateTree);
  return new Map(
    source.flatMap(([name, value]): [string, HostTensor][] =>
      isTensor(value) ? [[hubertKey(name), onHost(value)]] : [],
    ),
  );
}
