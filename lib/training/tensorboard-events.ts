/**
 * Event files that TensorBoard reads: records framed as TFRecord (length, masked CRC-32C, data, masked CRC-32C), each an
 * `Event` message with a `Summary` of scalars, pictures and sounds (tensorflow/core/util/event.proto,
 * framework/summary.proto), written by hand.
 */
import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A picture as TensorBoard takes it. */
export interface EventPicture {
  /** PNG; its size is read from its header */
  readonly png: Buffer;
}

/** A sound as TensorBoard takes it. */
export interface EventSound {
  /** the bytes of a mono wav file */
  readonly wav: Buffer;
  readonly sampleRate: number;
  /** samples */
  readonly length: number;
}

/** What stands under a tag: a scalar, a picture or a sound. */
export type EventValue = number | EventPicture | EventSound;

/** Writes what TensorBoard shows. */
export interface EventWriter {
  readonly path: string;
  /** @param values by tag, @param nowMs wall clock, milliseconds since the epoch */
  add(step: number, values: Readonly<Record<string, EventValue>>, nowMs: number): void;
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
    add: (step, values, atMs) => write(event(step, values, atMs)),
  };
}

/** `Event { double wall_time = 1; int64 step = 2; Summary summary = 5; }`, `Summary { repeated Value value = 1; }` */
function event(step: number, values: Readonly<Record<string, EventValue>>, nowMs: number): Buffer {
  const summary = Object.entries(values).map(([tag, value]) =>
    bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), valueField(tag, value)])),
  );
  return Buffer.concat([double(1, nowMs / 1000), int(2, step), bytes(5, Buffer.concat(summary))]);
}

/** `Value { string tag = 1; oneof { float simple_value = 2; Image image = 4; Audio audio = 6; } }` */
function valueField(tag: string, value: EventValue): Buffer {
  if (typeof value === 'number') return float(2, value);
  return 'png' in value ? bytes(4, picture(tag, value)) : bytes(6, sound(value));
}

/** The colour space of RGB in `Summary.Image`. */
const RGB = 3;

/** `Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }` */
function picture(tag: string, { png }: EventPicture): Buffer {
  // The header chunk comes first: width and height at 16 and 20 (PNG specification, 11.2.2).
  if (png.length < 24 || png.toString('latin1', 1, 4) !== 'PNG') {
    throw new RangeError(`Expected a PNG for ${tag}, got ${png.length} other bytes`);
  }
  const size = [int(1, png.readUInt32BE(20)), int(2, png.readUInt32BE(16))];
  return Buffer.concat([...size, int(3, RGB), bytes(4, png)]);
}

/** `Audio { float sample_rate = 1; int64 num_channels = 2; int64 length_frames = 3; bytes encoded_audio_string = 4; string content_type = 5; }` */
function sound({ wav, sampleRate, length }: EventSound): Buffer {
  const shape = [float(1, sampleRate), int(2, 1), int(3, length)];
  return Buffer.concat([...shape, bytes(4, wav), bytes(5, Buffer.from('audio/wav'))]);
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

/** A number of int32 or int64, not below 0. */
function int(field: number, value: number): Buffer {
  return Buffer.concat([key(field, 0), varint(value)]);
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
