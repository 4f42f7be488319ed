/**
 * The safetensors container: 8 bytes little-endian header length, JSON header, raw little-endian data.
 * Source: the format section of the safetensors project's README. The reader is as strict as that text: header of at
 * most 100 MB, offsets within the data, no overlap, no holes.
 */
import { readFile } from 'node:fs/promises';
import { UserError } from '../config/errors';
import { bfloat16ToFloat32, halfToFloat32 } from './float-formats';

/** Bytes per element of every type that is read. */
const WIDTHS = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
const MAX_HEADER_BYTES = 100_000_000;

export type SafetensorsType = keyof typeof WIDTHS;

/** One tensor as it lies in the file: row-major, little-endian. */
export interface SafeTensor {
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** a view into the file's bytes; starts wherever the file says, so it may be unaligned */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  /** in file order */
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A float32 tensor over `data` (not copied). */
export function floatTensor(shape: readonly number[], data: Float32Array): SafeTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** An int32 tensor over `data` (not copied). */
export function intTensor(shape: readonly number[], data: Int32Array): SafeTensor {
  return { dtype: 'I32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/**
 * Values as float32: a view of the file's bytes for aligned F32, else a copy.
 * @throws UserError `safetensors-type` for anything but F32, F16, BF16, F64
 */
export function toFloat32(tensor: SafeTensor, name: string): Float32Array {
  const { dtype, bytes } = tensor;
  switch (dtype) {
    case 'F32':
      return typedView(bytes, Float32Array);
    case 'F16':
      return halfToFloat32(typedView(bytes, Uint16Array));
    case 'BF16':
      return bfloat16ToFloat32(typedView(bytes, Uint16Array));
    case 'F64':
      return Float32Array.from(typedView(bytes, Float64Array));
    default:
      throw new UserError(
        'safetensors-type',
        `Expected tensor ${name} to hold floats, got ${dtype}`,
        'Check that this is the right file.',
      );
  }
}

/**
 * Values as int32: a view of the file's bytes where they are aligned, else a copy.
 * @throws UserError `safetensors-type` for anything but I32
 */
export function toInt32(tensor: SafeTensor, name: string): Int32Array {
  if (tensor.dtype !== 'I32') {
    throw new UserError(
      'safetensors-type',
      `Expected tensor ${name} to hold I32, got ${tensor.dtype}`,
      'Check that this is the right file.',
    );
  }
  return typedView(tensor.bytes, Int32Array);
}

/** Reads a file. @throws UserError `safetensors-invalid`, and Node's error if there is no such file */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  return parseSafetensors(await readFile(path), path);
}

/**
 * Parses `bytes`; tensors are views into it.
 * @param source what errors call the file
 * @throws UserError `safetensors-invalid`
 */
export function parseSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  const fail = (rule: string): never => {
    throw new UserError(
      'safetensors-invalid',
      `${source} is not a valid safetensors file: ${rule}`,
      'Fetch or make the file again.',
    );
  };
  const { header, data } = splitHeader(bytes, fail);
  const tensors = new Map<string, SafeTensor>();
  const ranges: [number, number][] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = checkMetadata(entry, fail);
      continue;
    }
    const { dtype, shape, range } = checkEntry(name, entry, data.byteLength, fail);
    ranges.push(range);
    tensors.set(name, { dtype, shape, bytes: data.subarray(range[0], range[1]) });
  }
  checkCoverage(ranges, data.byteLength, fail);
  return { tensors, metadata };
}

/**
 * The file's bytes, piece by piece, for `writeFileAtomic`. Data are not copied. The header is padded to 8 bytes so
 * that a reader gets aligned views as long as wide types come first.
 */
export function* encodeSafetensors(
  tensors: Iterable<readonly [string, SafeTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const entries = [...tensors];
  const header: [string, unknown][] = Object.keys(metadata).length ? [['__metadata__', metadata]] : [];
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of entries) {
    header.push([name, { dtype, shape, data_offsets: [offset, offset + bytes.byteLength] }]);
    offset += bytes.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = new Uint8Array(8 + Math.ceil(json.byteLength / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.byteLength - 8), true);
  start.set(json, 8);
  yield start;
  for (const [, { bytes }] of entries) yield bytes;
}

type Fail = (rule: string) => never;
type Typed<T> = {
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
  BYTES_PER_ELEMENT: number;
};

/** `bytes` as wider elements; copied where the start is not a multiple of the element. */
function typedView<T>(bytes: Uint8Array, type: Typed<T>): T {
  const source = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new type(source.buffer, source.byteOffset, source.byteLength / type.BYTES_PER_ELEMENT);
}

function splitHeader(bytes: Uint8Array, fail: Fail): { header: object; data: Uint8Array } {
  if (bytes.byteLength < 8) return fail(`expected at least 8 bytes, got ${bytes.byteLength}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES)
    return fail(`header of ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed`);
  if (length > bytes.byteLength - 8)
    return fail(`header of ${length} bytes in a file of ${bytes.byteLength}`);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return fail('its header is not JSON');
  }
  if (!isObject(header)) return fail('its header is not a JSON object');
  return { header, data: bytes.subarray(8 + length) };
}

function checkEntry(
  name: string,
  entry: unknown,
  size: number,
  fail: Fail,
): { dtype: SafetensorsType; shape: number[]; range: [number, number] } {
  if (!isObject(entry)) return fail(`entry ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(WIDTHS, dtype)) {
    return fail(`tensor ${name} has the unknown type ${String(dtype)}`);
  }
  if (!isCounts(shape)) return fail(`tensor ${name} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) return fail(`tensor ${name} has no valid data_offsets`);
  const [start, end] = offsets as [number, number];
  const bytes = shape.reduce((product, n) => product * n, WIDTHS[dtype as SafetensorsType]);
  if (start > end || end > size) return fail(`tensor ${name} lies at ${start}-${end} of ${size} bytes`);
  if (end - start !== bytes) return fail(`tensor ${name} needs ${bytes} bytes, its range has ${end - start}`);
  return { dtype: dtype as SafetensorsType, shape, range: [start, end] };
}

function checkCoverage(ranges: [number, number][], size: number, fail: Fail): void {
  let reached = 0;
  for (const [start, end] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (start !== reached)
      fail(`${start < reached ? 'overlap' : 'hole'} at byte ${Math.min(start, reached)}`);
    reached = end;
  }
  if (reached !== size) fail(`${size - reached} bytes of data belong to no tensor`);
}

function checkMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (!isObject(value) || Object.values(value).some((v) => typeof v !== 'string')) {
    return fail('__metadata__ must map strings to strings');
  }
  return value as Record<string, string>;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
