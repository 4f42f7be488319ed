/** Writes pickles of protocol 2 as torch.save does (spec section m): plain data, and tensors by persistent id. */

/** A float, whatever its value: 1 would otherwise be an int for Python. */
export class PyFloat {
  constructor(readonly value: number) {}
}

/** A tuple; plain arrays become lists. */
export class PyTuple {
  constructor(readonly items: readonly Writable[]) {}
}

/** `collections.OrderedDict`; plain Maps become dicts. */
export class PyOrderedDict {
  constructor(readonly entries: ReadonlyMap<string, Writable>) {}
}

/** A contiguous float32 tensor whose elements lie in the storage `key`. */
export class PyTensor {
  constructor(
    readonly key: string,
    readonly shape: readonly number[],
  ) {}
}

/** What can be written. Whole numbers become ints, others floats. */
export type Writable =
  | null
  | boolean
  | number
  | string
  | PyFloat
  | PyTuple
  | PyOrderedDict
  | PyTensor
  | readonly Writable[]
  | ReadonlyMap<string | number, Writable>;

/** The bytes of a pickle of `value`. */
export function pickle(value: Writable): Uint8Array {
  const writer = new Pickler();
  writer.bytes(0x80, 2);
  writer.write(value);
  writer.bytes(0x2e);
  return writer.finish();
}

class Pickler {
  private readonly parts: Uint8Array[] = [];
  /** index of each text and global that was written */
  private readonly memo = new Map<string, number>();

  finish(): Uint8Array {
    return Buffer.concat(this.parts);
  }

  bytes(...values: number[]): void {
    this.parts.push(Uint8Array.from(values));
  }

  write(value: Writable): void {
    if (value === null) this.bytes(0x4e);
    else if (typeof value === 'boolean') this.bytes(value ? 0x88 : 0x89);
    else if (typeof value === 'number') Number.isSafeInteger(value) ? this.int(value) : this.float(value);
    else if (typeof value === 'string') this.text(value);
    else if (value instanceof PyFloat) this.float(value.value);
    else if (value instanceof PyTuple) this.tuple(value.items);
    else if (value instanceof PyTensor) this.tensor(value);
    else if (value instanceof PyOrderedDict) this.orderedDict(value);
    else if (value instanceof Map) this.dict(value);
    else this.list(value as readonly Writable[]);
  }

  private int(value: number): void {
    if (value >= 0 && value < 256) this.bytes(0x4b, value);
    else if (value >= 0 && value < 65536) this.bytes(0x4d, value & 255, value >> 8);
    else if (value === (value | 0)) this.bytes(0x4a, ...little(value >>> 0, 4));
    else this.long(value);
  }

  /** LONG1, two's complement; 8 bytes hold every safe integer */
  private long(value: number): void {
    const digits = Buffer.alloc(8);
    digits.writeBigInt64LE(BigInt(value));
    this.bytes(0x8a, 8, ...digits);
  }

  private float(value: number): void {
    const digits = Buffer.alloc(8);
    digits.writeDoubleBE(value);
    this.bytes(0x47, ...digits);
  }

  private text(value: string): void {
    this.once(`text ${value}`, () => {
      const encoded = new TextEncoder().encode(value);
      this.bytes(0x58, ...little(encoded.length, 4));
      this.parts.push(encoded);
    });
  }

  private global(module: string, name: string): void {
    this.once(`global ${module} ${name}`, () => {
      this.parts.push(new TextEncoder().encode(`c${module}\n${name}\n`));
    });
  }

  /** Writes something the first time (LONG_BINPUT), then refers to it (LONG_BINGET). */
  private once(name: string, write: () => void): void {
    const known = this.memo.get(name);
    if (known === undefined) write();
    const index = known ?? this.memo.size;
    this.bytes(known === undefined ? 0x72 : 0x6a, ...little(index, 4));
    this.memo.set(name, index);
  }

  private tuple(items: readonly Writable[]): void {
    this.bytes(0x28);
    for (const item of items) this.write(item);
    this.bytes(0x74);
  }

  private list(items: readonly Writable[]): void {
    this.bytes(0x5d, 0x28);
    for (const item of items) this.write(item);
    this.bytes(0x65);
  }

  private dict(entries: ReadonlyMap<string | number, Writable>): void {
    this.bytes(0x7d);
    this.items(entries);
  }

  private orderedDict(value: PyOrderedDict): void {
    this.global('collections', 'OrderedDict');
    this.bytes(0x29, 0x52);
    this.items(value.entries);
  }

  private items(entries: ReadonlyMap<string | number, Writable>): void {
    this.bytes(0x28);
    for (const [name, value] of entries) {
      this.write(name);
      this.write(value);
    }
    this.bytes(0x75);
  }

  private tensor({ key, shape }: PyTensor): void {
    const count = shape.reduce((product, n) => product * n, 1);
    this.global('torch._utils', '_rebuild_tensor_v2');
    this.bytes(0x28, 0x28);
    this.text('storage');
    this.global('torch', 'FloatStorage');
    this.text(key);
    this.text('cpu');
    this.int(count);
    this.bytes(0x74, 0x51); // TUPLE, BINPERSID
    this.int(0);
    this.tuple(shape);
    this.tuple(rowMajorStrides(shape));
    this.bytes(0x89); // requires_grad False
    this.orderedDict(new PyOrderedDict(new Map()));
    this.bytes(0x74, 0x52); // TUPLE, REDUCE
  }
}

/** PyTorch counts an axis of size 0 as 1 here. */
function rowMajorStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const n of [...shape].reverse()) {
    strides.unshift(step);
    step *= Math.max(n, 1);
  }
  return strides;
}

function little(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => (value >>> (8 * i)) & 255);
}
