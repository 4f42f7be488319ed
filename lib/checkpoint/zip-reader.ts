/**
 * The part of the zip format that torch.save uses (PKWARE APPNOTE; spec section m): stored entries, sizes in the central
 * directory, ZIP64 records. Entries are views into the file's bytes. Everything that a file claims is checked first.
 */
import { crc32 } from './crc32';
import { invalid, torn } from './file-errors';

const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/** One entry: where its bytes lie. */
interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly start: number;
  readonly end: number;
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/**
 * Entries of a zip file by name, as views into `bytes`.
 *
 * @param options.verify compare every entry with its CRC
 * @throws UserError `checkpoint-torn` if the file is cut or a CRC does not match, `checkpoint-invalid` for a kind of zip
 *   that torch.save does not write
 */
export function readZip(
  bytes: Uint8Array,
  source: string,
  options: { verify: boolean },
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(view, bytes, source);
  requireDisjoint(entries, source);
  const out = new Map<string, Uint8Array>();
  for (const { name, crc, start, end } of entries) {
    if (out.has(name)) throw invalid(source, `two entries are called ${name}`);
    const data = bytes.subarray(start, end);
    if (options.verify && crc32(data) !== crc) throw torn(source, `the checksum of ${name} does not match`);
    out.set(name, data);
  }
  return out;
}

function readDirectory(view: DataView, bytes: Uint8Array, source: string): Entry[] {
  const directory = findDirectory(view, source);
  const entries: Entry[] = [];
  let at = directory.start;
  for (let i = 0; i < directory.count; i++) {
    if (at + 46 > directory.end || view.getUint32(at, true) !== CENTRAL) {
      throw torn(source, `entry ${i} of its table of contents is broken`);
    }
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const next = at + 46 + lengths[0]! + lengths[1]! + lengths[2]!;
    if (next > directory.end) throw torn(source, `entry ${i} of its table of contents is cut`);
    entries.push(readEntry(view, bytes, at, directory.start, source));
    at = next;
  }
  return entries;
}

/** The table of contents, found from the end of the file. */
function findDirectory(view: DataView, source: string): Directory {
  const size = view.byteLength;
  let at = size - 22;
  // a comment of at most 65,535 bytes may follow the end record
  const lowest = Math.max(0, size - 22 - 0xffff);
  while (at >= lowest && view.getUint32(at, true) !== END) at--;
  if (at < lowest) throw torn(source, 'its table of contents is missing, so the file ends too early');
  const wide = readEnd64(view, at, source);
  const count = wide?.count ?? view.getUint16(at + 10, true);
  const length = wide?.length ?? view.getUint32(at + 12, true);
  const start = wide?.start ?? view.getUint32(at + 16, true);
  if (start + length > at)
    throw torn(source, `its table of contents lies at ${start}-${start + length} of ${size} bytes`);
  if (count * 46 > length) throw torn(source, `${count} entries do not fit into ${length} bytes of contents`);
  return { start, end: start + length, count };
}

function readEnd64(view: DataView, end: number, source: string) {
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== END64_LOCATOR) return null;
  const at = wideNumber(view, locator + 8);
  if (at + 56 > locator || view.getUint32(at, true) !== END64)
    throw torn(source, 'its ZIP64 end record is broken');
  return {
    count: wideNumber(view, at + 32),
    length: wideNumber(view, at + 40),
    start: wideNumber(view, at + 48),
  };
}

/** One line of the table of contents at `at`, together with its local header. */
function readEntry(view: DataView, bytes: Uint8Array, at: number, limit: number, source: string): Entry {
  const nameLength = view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if (flags & 1) throw invalid(source, `${name} is encrypted`);
  if (method !== 0)
    throw invalid(source, `${name} is compressed (method ${method}); torch.save stores without compression`);
  const { size, packed, offset } = readSizes(view, at);
  if (size !== packed) throw invalid(source, `${name} is stored, but has two sizes: ${packed} and ${size}`);
  if (offset + 30 > limit || view.getUint32(offset, true) !== LOCAL)
    throw torn(source, `${name} has no header`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + size > limit)
    throw torn(source, `${name} lies at ${start}-${start + size}, its limit is ${limit}`);
  return { name, crc: view.getUint32(at + 16, true), start, end: start + size };
}

/** Sizes and offset; those that are all ones stand in the ZIP64 extra field (APPNOTE 4.5.3), in this order. */
function readSizes(view: DataView, at: number): { size: number; packed: number; offset: number } {
  const narrow = {
    size: view.getUint32(at + 24, true),
    packed: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  let extra = at + 46 + view.getUint16(at + 28, true);
  const end = extra + view.getUint16(at + 30, true);
  while (extra + 4 <= end && view.getUint16(extra, true) !== 1) extra += 4 + view.getUint16(extra + 2, true);
  if (extra + 4 > end) return narrow;
  let field = extra + 4;
  const widen = (value: number): number => {
    if (value !== 0xffffffff || field + 8 > end) return value;
    field += 8;
    return wideNumber(view, field - 8);
  };
  return { size: widen(narrow.size), packed: widen(narrow.packed), offset: widen(narrow.offset) };
}

/** Overlapping entries would let a small file stand for hours of checksums. */
function requireDisjoint(entries: readonly Entry[], source: string): void {
  let reached = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < reached) throw invalid(source, `${name} overlaps another entry`);
    reached = end;
  }
}

function wideNumber(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
