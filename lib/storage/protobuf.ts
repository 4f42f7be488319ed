/**
 * Writes messages in protobuf's wire format (protobuf.dev, "Encoding"): varints, floats, and what carries its length.
 * Large values are referred to, not copied.
 */

const wire = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const;

/** A message that is being written. Fields go out in the order of the calls. */
export class ProtoMessage {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  /** bytes that were written */
  get length(): number {
    return this.size;
  }

  /** The message, piece by piece. */
  chunks(): readonly Uint8Array[] {
    return this.parts;
  }

  /** @param value whole, from 0 on */
  integer(field: number, value: number): this {
    return this.tag(field, wire.varint).append(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.tag(field, wire.fixed32).append(bytes);
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.tag(field, wire.fixed64).append(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  /** @param value must not change before the message is written out */
  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, wire.length).append(varint(value.length)).append(value);
  }

  message(field: number, value: ProtoMessage): this {
    this.tag(field, wire.length).append(varint(value.length));
    for (const part of value.chunks()) this.append(part);
    return this;
  }

  private tag(field: number, type: number): this {
    return this.append(varint(field * 8 + type));
  }

  private append(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.size += bytes.length;
    return this;
  }
}

/** Seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Error(`Expected a whole number from 0 on, got ${value}`);
  }
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}
