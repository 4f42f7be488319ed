/** Typed access to values of a file, with errors that name the place. */
import { invalid } from './file-errors';
import type { PickleDict, PickleKey, PickleValue } from './pickle-values';
import { TorchTensor } from './torch-tensor';

/** A value of a file together with where it stands, e.g. `optimizer_states[0].param_groups`. */
export class Place {
  constructor(
    readonly value: PickleValue | undefined,
    readonly path: string,
    readonly source: string,
  ) {}

  /** the value of a dict's key; `undefined` inside if there is none */
  get(key: PickleKey): Place {
    return new Place(this.dict().get(key), this.path ? `${this.path}.${key}` : String(key), this.source);
  }

  at(index: number): Place {
    return new Place(this.list()[index], `${this.path}[${index}]`, this.source);
  }

  /** neither missing nor None */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  dict(): PickleDict {
    return this.value instanceof Map ? this.value : this.fail('a dict');
  }

  list(): readonly PickleValue[] {
    return Array.isArray(this.value) ? this.value : this.fail('a list');
  }

  number(): number {
    return typeof this.value === 'number' ? this.value : this.fail('a number');
  }

  /** a whole number, not negative */
  count(): number {
    const value = this.number();
    return Number.isSafeInteger(value) && value >= 0 ? value : this.fail('a whole number');
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.fail('text');
  }

  tensor(): TorchTensor {
    return this.value instanceof TorchTensor ? this.value : this.fail('a tensor');
  }

  fail(expected: string): never {
    throw invalid(
      this.source,
      `expected ${this.path || 'the file'} to be ${expected}, got ${describe(this.value)}`,
    );
  }
}

function describe(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'object') {
    if (Array.isArray(value)) return `a list of ${value.length}`;
    if (value instanceof TorchTensor) return `a tensor [${value.shape.join(', ')}]`;
    return value instanceof Map ? `a dict of ${value.size}` : 'an object';
  }
  return JSON.stringify(String(value).slice(0, 40));
}
