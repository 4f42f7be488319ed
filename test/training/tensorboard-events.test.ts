import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crc32c, openEventWriter } from '../../lib/training/tensorboard-events';

test('CRC-32C has the values of RFC 3720 appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  // the check value of the CRC catalogue
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('records are framed as TFRecord: length, then data, each followed by its masked checksum', async () => {
  const writer = await openEventWriter(mkdtempSync(join(tmpdir(), 'diff-svc-events-')), 1_700_000_000_000);
  writer.add(300, { loss: 0.5 }, 1_700_000_001_000);
  const bytes = readFileSync(writer.path);
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  expect(records).toHaveLength(2);
  expect(records[0]!.toString('latin1')).toContain('brain.Event:2');
  // wall_time = 1 (fixed64), step = 2 (varint 300 = ac 02), summary = 5 { value = 1 { tag = 1, simple_value = 2 (0.5) } }
  expect(records[1]!.readDoubleLE(1)).toBe(1_700_000_001);
  expect(records[1]!.subarray(9).toString('hex')).toBe('10ac022a0d0a0b0a046c6f7373150000003f');
});

/** Inverse of the mask: subtract the constant, rotate left by 15. */
function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated << 15) | (rotated >>> 17)) >>> 0;
}
