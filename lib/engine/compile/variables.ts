/**
 * The variables of a graph. With a lower precision, a variable that matrix products use has a second one beside it: its
 * value in that precision, cast once when it changes instead of whenever it is used.
 */
import type { Precision } from '../../tensor/program';
import type { Graph } from './graph';
import { computeTypes } from './graph-backend';
import { attr, type GraphType } from './proto';

/** One variable: ref of its handle and of its value. */
interface Declared {
  readonly handle: string;
  readonly read: string;
}

export class Variables {
  private readonly declared = new Map<string, Declared>();
  private readonly rounded = new Map<string, string>();
  private readonly type: GraphType;

  constructor(
    private readonly graph: Graph,
    precision: Precision,
  ) {
    this.type = computeTypes[precision];
  }

  /** Declares a float32 variable. */
  declare(name: string, shape: readonly number[]): void {
    const id = `variable_${this.declared.size}`;
    const made = this.add(id, shape, 'float32');
    this.declared.set(name, made);
    if (this.type === 'float32') return;
    this.graph.provideCast(made.read, this.type, () => {
      const copy = this.add(`${id}_rounded`, shape, this.type);
      this.rounded.set(name, copy.handle);
      return copy.read;
    });
  }

  /** Ref of a variable's handle. */
  handle(name: string): string {
    return this.found(name).handle;
  }

  /** Ref of a variable's value before any update of the call. */
  read(name: string): string {
    return this.found(name).read;
  }

  /**
   * Sets a variable to `value` after the nodes in `after`.
   * @returns the last node; only right once all functions are traced, since they decide what has a rounded copy
   */
  assign(name: string, value: string, after: readonly string[] = []): string {
    const inputs = [this.handle(name), value, ...after];
    const assigned = this.graph.node('AssignVariableOp', inputs, { dtype: attr.type('float32') });
    return this.round(name, value, assigned);
  }

  /** Brings the rounded copy up to date after `updated` changed the variable in place. @returns the last node */
  refresh(name: string, updated: string): string {
    if (!this.rounded.has(name)) return updated;
    const inputs = [this.handle(name), `^${updated}`];
    const value = this.graph.node('ReadVariableOp', inputs, { dtype: attr.type('float32') });
    return this.round(name, value, updated);
  }

  private round(name: string, value: string, after: string): string {
    const handle = this.rounded.get(name);
    if (handle === undefined) return after;
    const types = { SrcT: attr.type('float32'), DstT: attr.type(this.type) };
    const cast = this.graph.node('Cast', [value, `^${after}`], types);
    return this.graph.node('AssignVariableOp', [handle, cast], { dtype: attr.type(this.type) });
  }

  private add(id: string, shape: readonly number[], type: GraphType): Declared {
    const attributes = {
      dtype: attr.type(type),
      shape: attr.shape(shape),
      shared_name: attr.string(id),
      container: attr.string(''),
    };
    const handle = this.graph.node('VarHandleOp', [], attributes, id);
    return { handle, read: this.graph.node('ReadVariableOp', [handle], { dtype: attr.type(type) }) };
  }

  private found(name: string): Declared {
    const variable = this.declared.get(name);
    if (variable === undefined) throw new Error(`Expected a variable of the program, got ${name}`);
    return variable;
  }
}
