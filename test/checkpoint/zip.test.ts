import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32, tableCrc32 } from '../../lib/checkpoint/crc32';
import { readZip } from '../../lib/checkpoint/zip-reader';
import { zipChunks } from '../../lib/checkpoint/zip-writer';

const FILES = [
  { name: 'a/data.pkl', bytes: Buffer.from('pickle') },
  { name: 'a/data/0', bytes: Buffer.from('0123456789') },
  { name: 'a/한국어', bytes: Buffer.alloc(0) },
];
const zipOf = (files = FILES) => Buffer.concat([...zipChunks(files)]);
const read = (bytes: Uint8Array, verify = true) => readZip(bytes, 'x', { verify });

/** A zip with the field at `offset` of its central entry `entry` changed. */
function withField(entry: number, offset: number, value: number, width: 2 | 4, files = FILES): Buffer {
  const zip = zipOf(files);
  let at = -1;
  for (let i = 0; i <= entry; i++) at = zip.indexOf(Buffer.from('PK\x01\x02'), at + 1);
  zip.writeUIntLE(value, at + offset, width);
  return zip;
}

test('CRC-32 of the standard check text', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(tableCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('the table agrees with zlib for every length', () => {
  const native = (zlib as unknown as { crc32?: (b: Uint8Array) => number }).crc32;
  if (!native) return console.warn('SKIPPED: this Node has no zlib.crc32');
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => tableCrc32(bytes) === native(bytes)));
});

test('entries come back, every one aligned to 64 bytes', () => {
  const zip = zipOf();
  const entries = read(zip);
  expect([...entries.keys()]).toEqual(FILES.map((file) => file.name));
  for (const { name, bytes } of FILES) {
    expect(Buffer.from(entries.get(name)!)).toEqual(bytes);
    expect((entries.get(name)!.byteOffset - zip.byteOffset) % 64).toBe(0);
  }
});

test('a comment after the end is allowed', () => {
  const zip = Buffer.concat([zipOf(), Buffer.from('comment')]);
  expect(read(zip).size).toBe(3);
});

test('cut anywhere, it is torn or lacks nothing', () => {
  const zip = zipOf();
  for (let length = 0; length < zip.length; length++) {
    expect(() => read(zip.subarray(0, length))).toThrow(expect.objectContaining({ code: 'checkpoint-torn' }));
  }
});

test.each<[string, Buffer, string, RegExp]>([
  ['encrypted', withField(1, 8, 0x0809, 2), 'checkpoint-invalid', /a\/data\/0 is encrypted/],
  ['compressed', withField(1, 10, 8, 2), 'checkpoint-invalid', /compressed \(method 8\)/],
  ['two sizes', withField(1, 24, 11, 4), 'checkpoint-invalid', /two sizes: 10 and 11/],
  ['wrong CRC', withField(1, 16, 1, 4), 'checkpoint-torn', /checksum of a\/data\/0/],
  ['offset beyond the end', withField(1, 42, 0x7fffffff, 4), 'checkpoint-torn', /has no header/],
  ['offset into data', withField(1, 42, 3, 4), 'checkpoint-torn', /has no header/],
  ['overlap', withField(1, 42, 0, 4), 'checkpoint-invalid', /overlaps another entry/],
  [
    'name beyond the directory',
    withField(2, 28, 60000, 2),
    'checkpoint-torn',
    /entry 2 of its table of contents is cut/,
  ],
  ['one name twice', zipOf([FILES[0]!, FILES[0]!]), 'checkpoint-invalid', /two entries are called/],
])('%s', (_, zip, code, message) => {
  expect(() => read(zip)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
