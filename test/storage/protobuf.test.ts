import { expect, test } from 'vitest';
import { ProtoMessage } from '../../lib/storage/protobuf';

const hex = (message: ProtoMessage): string => Buffer.concat([...message.chunks()]).toString('hex');

// the examples of protobuf.dev, "Encoding"
test('the examples of the format', () => {
  expect(hex(new ProtoMessage().integer(1, 150))).toBe('089601');
  expect(hex(new ProtoMessage().text(2, 'testing'))).toBe('120774657374696e67');
  expect(hex(new ProtoMessage().message(3, new ProtoMessage().integer(1, 150)))).toBe('1a03089601');
});

test('a float is little-endian, a large field number takes two bytes', () => {
  expect(hex(new ProtoMessage().float(20, 1))).toBe('a5010000803f');
});

test('lengths are those of the bytes; no other numbers are written', () => {
  const message = new ProtoMessage().text(1, '한').bytes(2, new Uint8Array(300));
  expect(message.length).toBe(Buffer.concat([...message.chunks()]).length);
  expect(message.length).toBe(2 + 3 + 3 + 300);
  for (const value of [-1, 0.5, 2 ** 53]) expect(() => new ProtoMessage().integer(1, value)).toThrow();
});
