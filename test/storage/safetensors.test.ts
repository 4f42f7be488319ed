import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { writeFileAtomic } from '../../lib/storage/atomic-file';
import {
  encodeSafetensors,
  floatTensor,
  intTensor,
  parseSafetensors,
  readSafetensors,
  type SafeTensor,
  toFloat32,
  toInt32,
} from '../../lib/storage/safetensors';
import { readFloatSafetensors } from '../parity/fixtures';

const GOLDEN = join(__dirname, '../golden');
const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file as the format's text describes it, made without our writer. */
function fileOf(header: unknown, data: number[] = []): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.from(data)]);
}

const f32 = (shape: number[], range: [number, number]) => ({ dtype: 'F32', shape, data_offsets: range });
const EIGHT = [0, 0, 128, 63, 0, 0, 0, 192]; // 1, -2

test('reads files that the safetensors library wrote', async () => {
  const path = join(GOLDEN, 'checkpoints/views.safetensors');
  const { tensors } = await readSafetensors(path);
  const expected = readFloatSafetensors(path);
  expect([...tensors.keys()]).toEqual([...expected.keys()]);
  for (const [name, tensor] of tensors) {
    expect(tensor.shape).toEqual(expected.get(name)!.shape);
    expect(toFloat32(tensor, name)).toEqual(expected.get(name)!.data);
  }
});

test('reads every float type exactly, wherever the bytes start', () => {
  // 1.5, -0.25, the smallest subnormal of float16 / a subnormal of bfloat16, infinity
  const half = [0x3e00, 0xb400, 0x0001, 0x7c00];
  const bfloat = [0x3fc0, 0xbe80, 0x0001, 0x7f80];
  const bytes = (bits: number[]) => bits.flatMap((b) => [b & 255, b >> 8]);
  const data = [7, ...bytes(half), ...bytes(bfloat)];
  const header = {
    a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    h: { dtype: 'F16', shape: [2, 2], data_offsets: [1, 9] },
    b: { dtype: 'BF16', shape: [4], data_offsets: [9, 17] },
  };
  const { tensors } = parseSafetensors(fileOf(header, data), 'x');
  expect([...toFloat32(tensors.get('h')!, 'h')]).toEqual([1.5, -0.25, 2 ** -24, Number.POSITIVE_INFINITY]);
  expect([...toFloat32(tensors.get('b')!, 'b')]).toEqual([1.5, -0.25, 2 ** -133, Number.POSITIVE_INFINITY]);
  expect(() => toFloat32(tensors.get('a')!, 'a')).toThrow(/tensor a to hold floats, got U8/);
  expect(() => toInt32(tensors.get('a')!, 'a')).toThrow(/tensor a to hold I32, got U8/);
});

test.each<[string, Uint8Array, RegExp]>([
  ['empty', new Uint8Array(0), /at least 8 bytes/],
  ['header longer than the file', fileOf({}).slice(0, 9), /header of 2 bytes in a file of 9/],
  ['header of 2^63 bytes', Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 128]), /at most 100000000/],
  ['no JSON', fileOf('{"a":'), /not JSON/],
  ['array', fileOf('[]'), /not a JSON object/],
  ['beyond the end', fileOf({ a: f32([4], [0, 16]) }, EIGHT), /tensor a lies at 0-16 of 8 bytes/],
  ['range and shape differ', fileOf({ a: f32([3], [0, 8]) }, EIGHT), /needs 12 bytes, its range has 8/],
  ['negative size', fileOf({ a: f32([-2], [0, 8]) }, EIGHT), /no valid shape/],
  ['fraction', fileOf({ a: f32([2.5], [0, 8]) }, EIGHT), /no valid shape/],
  ['end before start', fileOf({ a: f32([0], [8, 0]) }, EIGHT), /lies at 8-0/],
  ['overlap', fileOf({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, EIGHT), /overlap at byte 4/],
  ['hole', fileOf({ a: f32([1], [4, 8]) }, EIGHT), /hole at byte 0/],
  ['left over', fileOf({ a: f32([1], [0, 4]) }, EIGHT), /4 bytes of data belong to no tensor/],
  ['unknown type', fileOf({ a: { dtype: 'C64', shape: [1], data_offsets: [0, 8] } }, EIGHT), /type C64/],
  [
    'inherited name as type',
    fileOf({ a: { dtype: 'toString', shape: [], data_offsets: [0, 0] } }),
    /type toString/,
  ],
  ['metadata of numbers', fileOf({ __metadata__: { a: 1 } }), /__metadata__/],
])('refuses a file that is broken: %s', (_, bytes, message) => {
  expect(() => parseSafetensors(bytes, 'x')).toThrow(message);
});

test('what is written comes back, bit for bit', async () => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 20 });
  const tree = fc.dictionary(fc.string(), words, { maxKeys: 6 });
  const path = join(folder, 'tree.safetensors');
  await fc.assert(
    fc.asyncProperty(
      tree,
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
      async (values, metadata) => {
        const tensors = Object.entries(values)
          .filter(([name]) => name !== '__metadata__')
          .map(([name, bits], i): [string, SafeTensor] => {
            const data = Uint32Array.from(bits).buffer;
            return [
              name,
              i % 2
                ? intTensor([bits.length], new Int32Array(data))
                : floatTensor([1, bits.length], new Float32Array(data)),
            ];
          });
        await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
        const read = await readSafetensors(path);
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(read.tensors.size).toBe(tensors.length);
        for (const [name, tensor] of tensors) {
          const back = read.tensors.get(name)!;
          expect([back.dtype, back.shape]).toEqual([tensor.dtype, tensor.shape]);
          expect(Buffer.compare(back.bytes, tensor.bytes)).toBe(0);
          const view = tensor.dtype === 'I32' ? toInt32(back, name) : toFloat32(back, name);
          expect(
            Buffer.compare(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), tensor.bytes),
          ).toBe(0);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a file cut anywhere is refused', () => {
  const whole = Buffer.concat([...encodeSafetensors([['a', floatTensor([3], Float32Array.of(1, 2, 3))]])]);
  const path = join(folder, 'cut.safetensors');
  writeFileSync(path, whole);
  for (let length = 0; length < whole.length; length++) {
    expect(() => parseSafetensors(whole.subarray(0, length), path)).toThrow(/not a valid safetensors file/);
  }
});
