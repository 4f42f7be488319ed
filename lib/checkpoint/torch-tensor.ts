/** Tensors as PyTorch's files describe them: a window with strides onto a flat storage (spec section m). */
import { bfloat16ToFloat32, halfToFloat32 } from '../storage/float-formats';
import type { Allowance } from './allowance';
import { invalid } from './file-errors';

/** Elements that are read, by their PyTorch name. */
export type TorchDtype =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

export type TensorValues =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** How the elements lie in the file; float16 and bfloat16 as their bits. */
const ELEMENTS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Bytes of one element. */
export function bytesPerElement(dtype: TorchDtype): number {
  return ELEMENTS[dtype].BYTES_PER_ELEMENT;
}

type Elements = TensorValues | Uint16Array;
type ElementType = {
  new (length: number): Elements;
  new (buffer: ArrayBufferLike, offset: number, length: number): Elements;
};

/** A flat run of elements. In legacy files the bytes come after the objects, so they are set later. */
export class TorchStorage {
  bytes: Uint8Array | null = null;
  private aligned: Elements | null = null;

  constructor(
    readonly key: string,
    readonly dtype: TorchDtype,
    readonly count: number,
  ) {}

  /** All elements: a view of the file where it is aligned, else a copy (made once). */
  elements(source: string, allowance: Allowance): Elements {
    if (this.aligned) return this.aligned;
    if (!this.bytes) throw invalid(source, `storage ${this.key} has no data`);
    const width = bytesPerElement(this.dtype);
    let bytes = this.bytes;
    if (bytes.byteOffset % width !== 0) {
      allowance.spend(bytes.byteLength);
      bytes = new Uint8Array(bytes);
    }
    const type = ELEMENTS[this.dtype] as unknown as ElementType;
    return (this.aligned = new type(bytes.buffer, bytes.byteOffset, this.count));
  }
}

/** A tensor of a file. Values are fetched on demand. */
export class TorchTensor {
  readonly shape: readonly number[];
  private readonly strides: readonly number[];

  /** @throws UserError `checkpoint-invalid` if any element would lie outside the storage (spec k.27) */
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    shape: readonly number[],
    strides: readonly number[],
    private readonly source: string,
    private readonly allowance: Allowance,
  ) {
    // copies: a pickle may go on to change its lists after they were checked here
    this.shape = [...shape];
    this.strides = [...strides];
    const size = shape.reduce((product, n) => product * n, 1);
    const last = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis]!, offset);
    if (size === 0 ? offset > storage.count : !Number.isSafeInteger(size) || last >= storage.count) {
      throw invalid(
        source,
        `a tensor [${shape.join(', ')}] reaches beyond its storage of ${storage.count} elements`,
      );
    }
  }

  get dtype(): TorchDtype {
    return this.storage.dtype;
  }

  /** number of elements */
  get size(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  /**
   * Elements, row-major. float16 and bfloat16 become float32; integers stay; bool is 0 or 1 in a Uint8Array.
   * A view of the file's bytes wherever possible: do not write to it.
   */
  values(): TensorValues {
    const bits = this.contiguous();
    if (!(bits instanceof Uint16Array)) return bits;
    this.allowance.spend(bits.length * 4);
    return this.dtype === 'float16' ? halfToFloat32(bits) : bfloat16ToFloat32(bits);
  }

  /** Elements as float32, row-major; doubles and integers are rounded to nearest. */
  toFloat32(): Float32Array {
    const values = this.values();
    if (values instanceof Float32Array) return values;
    this.allowance.spend(values.length * 4);
    return values instanceof BigInt64Array ? Float32Array.from(values, Number) : Float32Array.from(values);
  }

  private contiguous(): Elements {
    const elements = this.storage.elements(this.source, this.allowance);
    if (this.isRowMajor()) return elements.subarray(this.offset, this.offset + this.size);
    this.allowance.spend(this.size * bytesPerElement(this.dtype));
    return this.gather(elements);
  }

  private isRowMajor(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return this.size === 0;
      expected *= this.shape[axis]!;
    }
    return true;
  }

  /** Copies a strided window; counts the axes up like an odometer. */
  private gather(elements: Elements): Elements {
    const out = new (ELEMENTS[this.dtype] as unknown as ElementType)(this.size);
    const index = new Array<number>(this.shape.length).fill(0);
    let at = this.offset;
    for (let i = 0; i < out.length; i++) {
      out[i] = elements[at]!;
      for (let axis = index.length - 1; axis >= 0; axis--) {
        at += this.strides[axis]!;
        if (++index[axis]! < this.shape[axis]!) break;
        at -= this.strides[axis]! * this.shape[axis]!;
        index[axis] = 0;
      }
    }
    return out;
  }
}
