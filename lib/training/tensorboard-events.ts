/**
 * Event files that TensorBoard reads: records framed as TFRecord (length, masked CRC-32C, data, masked CRC-32C), each an
 * `Event` message with a `Summary` of scalars (tensorflow/core/util/event.proto, framework/summary.proto), written by hand.
 */
import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Writes scalars. */
export interface EventWriter {
  readonly path: string;
  /** @param nowMs wall clock, milliseconds since the epoch */
  add(step: number, scalars: Readonly<Record<string, number>>, nowMs: number): void;
}

/** Opens a new event file in `folder`; files of earlier runs stay, and TensorBoard joins them by step. */
export async function openEventWriter(folder: string, nowMs: number): Promise<EventWriter> {
  await mkdir(folder, { recursive: true });
  const seconds = Math.floor(nowMs / 1000);
  const path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`);
  const write = (event: Buffer): void => appendFileSync(path, record(event));
  write(Buffer.concat([double(1, nowMs / 1000), bytes(3, Buffer.from('brain.Event:2'))]));
  return {
    path,
    add: (step, scalars, atMs) => write(event(step, scalars, atMs)),
  };
}

/** `Event { double wall_time = 1; int64 step = 2; Summary summary = 5; }` */
function event(step: number, scalars: Readonly<Record<string, number>>, nowMs: number): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) =>
    // Summary.Value { string tag = 1; float simple_value = 2; }
    bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])),
  );
  return Buffer.concat([double(1, nowMs / 1000), key(2, 0), varint(step), bytes(5, Buffer.concat(values))]);
}

function key(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

function double(field: number, value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), out]);
}

function float(field: number, value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return Buffer.concat([key(field, 5), out]);
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([key(field, 2), varint(content.length), content]);
}

/** One TFRecord. */
function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, masked(length), data, masked(data)]);
}

/** Rotated right by 15 bits plus a constant (tensorflow/tsl/lib/hash/crc32c.h). */
function masked(data: Uint8Array): Buffer {
  const crc = crc32c(data);
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return out;
}

/** The polynomial of Castagnoli, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** CRC-32C of `data` (RFC 3720 appendix B.4). */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
