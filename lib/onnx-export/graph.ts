/** Builds the operations of a net one after the other; values are referred to by name. */
import type { HostTensor } from '../model/parameters';
import type { Attribute, Constant, OnnxNode } from './model-file';

/** Beyond the end of everything. */
const farEnd = 2 ** 31 - 1;

type Attributes = Readonly<Record<string, Attribute>>;

/** A graph that grows. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  private readonly known = new Map<string, Constant>();
  private count = 0;

  get constants(): readonly Constant[] {
    return [...this.known.values()];
  }

  /** One operation with one result. @param name of the result, where somebody outside refers to it; @returns that name */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, name = this.fresh(op)): string {
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  /** Halves of a value along `axis`. */
  halves(value: string, axis: number): readonly [string, string] {
    const outputs = [this.fresh('Half'), this.fresh('Half')] as const;
    this.nodes.push({ op: 'Split', inputs: [value], outputs, attributes: { axis } });
    return outputs;
  }

  /** A weight under its own name; PyTorch's layout is ONNX's. */
  weight(name: string, { shape, data }: HostTensor): string {
    return this.constant({ name, shape, data });
  }

  /** A number that is broadcast, float32. */
  number(value: number): string {
    return this.constant({ name: `number_${value}`, shape: [], data: Float32Array.of(value) });
  }

  /** A whole number without an axis, as CumSum wants it. */
  integer(value: number): string {
    return this.constant({ name: `integer_${value}`, shape: [], data: BigInt64Array.of(BigInt(value)) });
  }

  /** Whole numbers, for shapes, axes and bounds. */
  integers(...values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant({ name: `integers_${values.join('_')}`, shape: [values.length], data });
  }

  /** What lies along `axis` from `start` to `end`; both may count from the end. @param end null: all the rest */
  slice(value: string, axis: number, start: number, end: number | null): string {
    const bounds = [this.integers(start), this.integers(end ?? farEnd), this.integers(axis)];
    return this.node('Slice', [value, ...bounds]);
  }

  private constant(constant: Constant): string {
    this.known.set(constant.name, constant);
    return constant.name;
  }

  private fresh(op: string): string {
    this.count += 1;
    return `${op.toLowerCase()}_${this.count}`;
  }
}
