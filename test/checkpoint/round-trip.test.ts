import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PickleValue } from '../../lib/checkpoint/pickle-values';
import { PyFloat, PyTuple, type Writable } from '../../lib/checkpoint/pickler';
import { parseTorchFile } from '../../lib/checkpoint/torch-file';
import { TorchTensor } from '../../lib/checkpoint/torch-tensor';
import { Storages, torchEntries } from '../../lib/checkpoint/torch-writer';
import { zipChunks } from '../../lib/checkpoint/zip-writer';

/** A tree as it is described to fast-check: tensors are their shape and the bits of their elements. */
type Tree =
  | null
  | boolean
  | number
  | string
  | { shape: number[]; bits: number[] }
  | { tuple: Tree[] }
  | Tree[]
  | Map<string, Tree>;

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noInteger: true }),
    fc.string({ unit: 'grapheme' }),
    shape.chain((s) => {
      const length = s.reduce((a, b) => a * b, 1);
      const bits = fc.array(fc.nat(0xffffffff), { minLength: length, maxLength: length });
      return bits.map((b) => ({ shape: s, bits: b }));
    }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => ({ tuple: items })),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }).map((d) => new Map(Object.entries(d))),
  ),
}));

function writable(value: Tree, storages: Storages): Writable {
  if (Array.isArray(value)) return value.map((item) => writable(item, storages));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, writable(item, storages)]));
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return new PyFloat(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('tuple' in value) return new PyTuple(value.tuple.map((item) => writable(item, storages)));
  return storages.tensor({ shape: value.shape, data: new Float32Array(Uint32Array.from(value.bits).buffer) });
}

/** What comes back, in the form that it was described in (tuples as arrays). */
function described(value: PickleValue): unknown {
  if (Array.isArray(value)) return value.map(described);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, described(item)]));
  if (!(value instanceof TorchTensor)) return value;
  const data = value.toFloat32();
  return { shape: value.shape, bits: [...new Uint32Array(data.buffer, data.byteOffset, data.length)] };
}

function withoutTuples(value: Tree): unknown {
  if (Array.isArray(value)) return value.map(withoutTuples);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withoutTuples(item)]));
  return typeof value === 'object' && value !== null && 'tuple' in value
    ? value.tuple.map(withoutTuples)
    : value;
}

test('any tree of values and tensors comes back, bit for bit', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const storages = new Storages();
      const root = writable(value, storages);
      const file = Buffer.concat([...zipChunks(torchEntries('any.ckpt', root, storages))]);
      expect(described(parseTorchFile(file, 'any.ckpt'))).toEqual(withoutTuples(value));
    }),
    { numRuns: 300 },
  );
});
