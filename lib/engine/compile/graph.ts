/** A TensorFlow graph under construction: unique names, shared small constants, shared casts. */
import { type Attribute, attr, GraphDef, type GraphType } from './proto';

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array } as const;

/** Types of constants. */
export type ConstantType = keyof typeof arrays;

/** Constants up to this many values are looked up before they are added again. */
const sharedLimit = 16;

/** A control dependency on the node that makes `ref`. */
export function controlOf(ref: string): string {
  return `^${ref.replace(/:\d+$/, '')}`;
}

export class Graph {
  readonly def = new GraphDef();
  private count = 0;
  private readonly shared = new Map<string, string>();
  private readonly reshaped = new Map<string, { readonly of: string; readonly shape: readonly number[] }>();
  private readonly castProviders = new Map<string, () => string>();
  /** by result: what was squared */
  private readonly squares = new Map<string, string>();

  /** number of nodes so far */
  get size(): number {
    return this.count;
  }

  /** Adds a node and returns the ref of its first output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name?: string,
  ): string {
    const unique = name ?? `${op}_${this.count}`;
    this.count += 1;
    this.def.add(unique, op, inputs, attributes);
    return unique;
  }

  /** Adds a node once: a second call with the same op, inputs and key returns the first one's ref. */
  once(key: string, make: () => string): string {
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const ref = make();
    this.shared.set(key, ref);
    return ref;
  }

  /** Remembers that `ref` is the square of `of`. */
  noteSquare(ref: string, of: string): void {
    this.squares.set(ref, of);
  }

  /** What `ref` is the square of, if it is one. */
  squareOf(ref: string): string | undefined {
    return this.squares.get(ref);
  }

  /** A constant; small ones are shared. */
  constant(values: ArrayLike<number>, shape: readonly number[], type: ConstantType): string {
    const typed = arrays[type].from(values);
    const make = (): string => {
      const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
      return this.node('Const', [], { dtype: attr.type(type), value: attr.tensor(bytes, shape, type) });
    };
    if (typed.length > sharedLimit) return make();
    return this.once(`const ${type} [${shape.join()}] ${[...typed].join()}`, make);
  }

  /** A one-dimensional int32 constant, as shapes and axes are given to ops. */
  ints(values: readonly number[]): string {
    return this.constant(values, [values.length], 'int32');
  }

  /** `ref` with another shape. */
  reshape(ref: string, shape: readonly number[], type: GraphType): string {
    const made = this.node('Reshape', [ref, this.ints(shape)], {
      T: attr.type(type),
      Tshape: attr.type('int32'),
    });
    this.reshaped.set(made, { of: ref, shape });
    return made;
  }

  /** Casts of `ref` to `type` are the ref that `make` gives. */
  provideCast(ref: string, type: GraphType, make: () => string): void {
    this.castProviders.set(`${ref} ${type}`, make);
  }

  /** A float32 view of `ref`, which is of another type; cast back to that it is `ref` itself. */
  raise(ref: string, type: GraphType): string {
    const raised = this.cast(ref, type, 'float32');
    if (type !== 'float32') this.provideCast(raised, type, () => ref);
    return raised;
  }

  /** Whether `ref` as `type` is there without a new rounding. */
  holds(ref: string, type: GraphType): boolean {
    const view = this.reshaped.get(ref);
    return view ? this.holds(view.of, type) : this.castProviders.has(`${ref} ${type}`);
  }

  /** `ref` as another type; the same cast of the same tensor is done once, whatever its shape is meanwhile. */
  cast(ref: string, from: GraphType, to: GraphType): string {
    if (from === to) return ref;
    return this.once(`cast ${ref} ${to}`, () => {
      const view = this.reshaped.get(ref);
      if (view) return this.reshape(this.cast(view.of, from, to), view.shape, to);
      const provided = this.castProviders.get(`${ref} ${to}`);
      return provided?.() ?? this.node('Cast', [ref], { SrcT: attr.type(from), DstT: attr.type(to) });
    });
  }
}
