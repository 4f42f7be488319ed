/**
 * Event files that TensorBoard reads: records framed as TFRecord (length, masked CRC-32C, data, masked CRC-32C), each an
 * `Event` message with a `Summary` of scalars, pictures and sounds (tensorflow/core/util/event.proto,
 * framework/summary.proto).
 */
import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ProtoMessage } from '../storage/protobuf';

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
  const write = (message: ProtoMessage): void =>
    appendFileSync(path, record(Buffer.concat(message.chunks())));
  write(new ProtoMessage().double(1, nowMs / 1000).text(3, 'brain.Event:2'));
  return {
    path,
    add: (step, values, atMs) => write(event(step, values, atMs)),
  };
}

/** `Event { double wall_time = 1; int64 step = 2; Summary summary = 5; }`, `Summary { repeated Value value = 1; }` */
function event(step: number, values: Readonly<Record<string, EventValue>>, nowMs: number): ProtoMessage {
  const summary = new ProtoMessage();
  for (const [tag, value] of Object.entries(values)) summary.message(1, valueMessage(tag, value));
  return new ProtoMessage()
    .double(1, nowMs / 1000)
    .integer(2, step)
    .message(5, summary);
}

/** `Value { string tag = 1; oneof { float simple_value = 2; Image image = 4; Audio audio = 6; } }` */
function valueMessage(tag: string, value: EventValue): ProtoMessage {
  const message = new ProtoMessage().text(1, tag);
  if (typeof value === 'number') return message.float(2, value);
  return 'png' in value ? message.message(4, picture(tag, value)) : message.message(6, sound(value));
}

/** The colour space of RGB in `Summary.Image`. */
const RGB = 3;

/** `Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }` */
function picture(tag: string, { png }: EventPicture): ProtoMessage {
  // The header chunk comes first: width and height at 16 and 20 (PNG specification, 11.2.2).
  if (png.length < 24 || png.toString('latin1', 1, 4) !== 'PNG') {
    throw new RangeError(`Expected a PNG for ${tag}, got ${png.length} other bytes`);
  }
  return new ProtoMessage()
    .integer(1, png.readUInt32BE(20))
    .integer(2, png.readUInt32BE(16))
    .integer(3, RGB)
    .bytes(4, png);
}

/** `Audio { float sample_rate = 1; int64 num_channels = 2; int64 length_frames = 3; bytes encoded_audio_string = 4; string content_type = 5; }` */
function sound({ wav, sampleRate, length }: EventSound): ProtoMessage {
  return new ProtoMessage()
    .float(1, sampleRate)
    .integer(2, 1)
    .integer(3, length)
    .bytes(4, wav)
    .text(5, 'audio/wav');
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
