/**
 * Zip files byte for byte in the manner of torch.save (spec section m): stored, sizes and CRC in a data descriptor, data
 * aligned to 64 bytes by an extra field, ZIP64 end records.
 */

import { UserError } from '../config/errors';
import { crc32 } from './crc32';

/** PyTorch maps storages into memory; this is its alignment. */
const ALIGNMENT = 64;
/** bit 3: sizes follow the data; bit 11: names are UTF-8 */
const FLAGS = 0x0808;
const LARGEST = 0xffffffff;

/** One file of the archive; `bytes` is not copied. */
export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The archive, piece by piece, for `writeFileAtomic`.
 * @throws UserError `checkpoint-too-large` above 4 GiB (the largest model of this family has 0.7 GB)
 */
export function* zipChunks(files: Iterable<ZipFile>): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = new TextEncoder().encode(name);
    const header = localHeader(encoded, offset);
    if (offset + header.length + bytes.byteLength + 16 > LARGEST) throw tooLarge();
    const crc = crc32(bytes);
    directory.push(centralHeader(encoded, bytes.byteLength, crc, offset));
    yield header;
    yield bytes;
    yield descriptor(bytes.byteLength, crc);
    offset += header.length + bytes.byteLength + 16;
  }
  yield* directory;
  const length = directory.reduce((sum, line) => sum + line.length, 0);
  yield endRecords(directory.length, length, offset);
}

function localHeader(name: Uint8Array, offset: number): Uint8Array {
  const fixed = offset + 30 + name.length + 4;
  const padding = (ALIGNMENT - (fixed % ALIGNMENT)) % ALIGNMENT;
  const bytes = new Uint8Array(30 + name.length + 4 + padding);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(6, FLAGS, true);
  view.setUint16(26, name.length, true);
  view.setUint16(28, 4 + padding, true);
  bytes.set(name, 30);
  // extra field 'FB', filled with Z as PyTorch does
  const extra = 30 + name.length;
  view.setUint16(extra, 0x4246, true);
  view.setUint16(extra + 2, padding, true);
  bytes.fill(0x5a, extra + 4);
  return bytes;
}

function descriptor(size: number, crc: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x08074b50, true);
  view.setUint32(4, crc, true);
  view.setUint32(8, size, true);
  view.setUint32(12, size, true);
  return bytes;
}

function centralHeader(name: Uint8Array, size: number, crc: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(46 + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(8, FLAGS, true);
  view.setUint32(16, crc, true);
  view.setUint32(20, size, true);
  view.setUint32(24, size, true);
  view.setUint16(28, name.length, true);
  view.setUint32(42, offset, true);
  bytes.set(name, 46);
  return bytes;
}

function endRecords(count: number, length: number, start: number): Uint8Array {
  if (start + length > LARGEST || count >= 0xffff) throw tooLarge();
  const bytes = new Uint8Array(56 + 20 + 22);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, 44n, true); // size of the rest of this record
  view.setUint16(12, 0x031e, true);
  view.setUint16(14, 45, true);
  for (const at of [24, 32]) view.setBigUint64(at, BigInt(count), true);
  view.setBigUint64(40, BigInt(length), true);
  view.setBigUint64(48, BigInt(start), true);
  view.setUint32(56, 0x07064b50, true);
  view.setBigUint64(64, BigInt(start + length), true);
  view.setUint32(72, 1, true);
  view.setUint32(76, 0x06054b50, true);
  for (const at of [84, 86]) view.setUint16(at, count, true);
  view.setUint32(88, length, true);
  view.setUint32(92, start, true);
  return bytes;
}

function tooLarge(): UserError {
  return new UserError(
    'checkpoint-too-large',
    'Expected a checkpoint of less than 4 GiB and 65,535 tensors',
    'Choose a smaller model.',
  );
}
