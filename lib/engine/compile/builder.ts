/** Traces the functions of a program into one graph. */
import * as tf from '@tensorflow/tfjs';
import type { Outcome, ProgramFunction, ProgramSpec } from '../../tensor/program';
import { withFusedGradients } from './gradients';
import { Graph } from './graph';
import { graphBackend, graphBackendName, type Trace } from './graph-backend';
import { supportedOps } from './kernels';
import { attr, type SignatureSpec, type SignatureTensor } from './proto';
import { addUpdates } from './updates';
import { Variables } from './variables';

/** Placeholder that signatures without inputs take: TensorFlow.js wants at least one. */
export const tick = 'tick';

/** Signatures over variables beside those of the functions; the number is that of a group of variables. */
export const stateSignatures = {
  assign: (group: number): string => `variables/assign_${group}`,
  read: (group: number): string => `variables/read_${group}`,
  /** sets all variables of a group to 0 */
  clear: (group: number): string => `variables/clear_${group}`,
};

/** Values of a group that are in the host's hands at one time. */
const groupValues = 2 ** 24;

/** Names of variables, in groups of about 64 MiB; those that start as zeros are apart. */
export function variableGroups(spec: Pick<ProgramSpec, 'variables'>): string[][] {
  const given = [...spec.variables].filter(([, { data }]) => data);
  const zeros = [...spec.variables].filter(([, { data }]) => !data);
  return [...groupBySize(given), ...groupBySize(zeros)];
}

function groupBySize(
  variables: readonly (readonly [string, { readonly shape: readonly number[] }])[],
): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const [name, { shape }] of variables) {
    const size = tf.util.sizeFromShape([...shape]);
    if (groups.length === 0 || size > room) {
      groups.push([]);
      room = groupValues;
    }
    groups.at(-1)!.push(name);
    room -= size;
  }
  return groups;
}

/** A graph with its entry points. */
export interface BuiltProgram {
  /** saved_model.pb */
  readonly bytes: Uint8Array;
  /** the same without the graph */
  readonly index: Uint8Array;
  readonly nodes: number;
  readonly signatures: Readonly<Record<string, SignatureSpec>>;
}

/**
 * Traces a program.
 * @param nativeDilation whether gradients of dilated convolutions may be left to TensorFlow
 * @throws UnsupportedOpError naming the op and the supported ones, if a function uses an op without a graph kernel
 */
export function buildProgram(spec: ProgramSpec, nativeDilation: boolean): BuiltProgram {
  const builder = new Builder(spec, nativeDilation);
  const backend = graphBackend();
  const before = tf.getBackend();
  backend.use(builder.trace);
  // Both backends are initialised, so this switches at once; the promise says nothing more.
  void tf.setBackend(graphBackendName);
  try {
    withFusedGradients(() => tf.tidy(() => builder.addAll()));
    const { graph, signatures } = builder;
    const [bytes, index] = [graph.def.savedModel(signatures), graph.def.savedModel(signatures, false)];
    return { bytes, index, nodes: graph.size, signatures };
  } catch (error) {
    throw explain(error);
  } finally {
    void tf.setBackend(before);
    backend.use(undefined);
  }
}

class Builder {
  readonly graph = new Graph();
  readonly trace: Trace;
  private readonly full = new Set<string>();
  readonly signatures: Record<string, SignatureSpec> = {};
  private readonly variables: Variables;

  constructor(
    private readonly spec: ProgramSpec,
    nativeDilation: boolean,
  ) {
    this.variables = new Variables(this.graph, spec.precision);
    this.trace = {
      graph: this.graph,
      precision: spec.precision,
      nativeDilation,
      full: this.full,
      lowActivations: spec.activations === 'precision' && spec.precision !== 'f32',
    };
  }

  addAll(): void {
    for (const [name, { shape }] of this.spec.variables) this.variables.declare(name, shape);
    for (const name of this.spec.fullPrecision ?? []) this.full.add(this.variables.read(name));
    const traced = Object.entries(this.spec.functions).map(([name, fn]) => this.traceFunction(name, fn));
    // What changes variables comes last: only now is it known which of them have rounded copies.
    for (const finish of traced) finish();
    variableGroups(this.spec).forEach((names, group) => {
      this.addAssign(group, names);
      if (names.every((name) => !this.spec.variables.get(name)!.data)) this.addClear(group, names);
      this.addRead(group, names);
    });
  }

  /** @returns what adds the updates and outputs */
  private traceFunction(name: string, fn: ProgramFunction): () => void {
    const inputs: Record<string, SignatureTensor> = {};
    const symbols: Record<string, tf.Tensor> = {};
    for (const [key, { shape, dtype }] of Object.entries(fn.inputs)) {
      const ref = this.placeholder(`${name}/${key}`, shape, dtype);
      inputs[key] = { ref, shape, type: dtype };
      symbols[key] = symbol(ref, shape, dtype);
    }
    const variables = new Map(
      [...this.spec.variables].map(([key, { shape }]) => [
        key,
        symbol(this.variables.read(key), shape, 'float32'),
      ]),
    );
    const outcome = fn.fn(symbols, variables);
    return () => {
      this.signatures[name] = { inputs, outputs: this.addOutputs(outcome) };
    };
  }

  private addOutputs(outcome: Outcome): Record<string, SignatureTensor> {
    const { graph, variables } = this;
    const ref = (tensor: tf.Tensor): string => graphBackend().ref(tensor);
    const after = addUpdates(outcome, { graph, variables, ref });
    const outputs: Record<string, SignatureTensor> = {};
    for (const [key, tensor] of Object.entries(outcome.outputs)) {
      const type = tensor.dtype as 'float32' | 'int32' | 'bool';
      const value = graph.node('Identity', [ref(tensor), ...after], { T: attr.type(type) });
      outputs[key] = { ref: value, shape: tensor.shape, type };
    }
    return outputs;
  }

  private addAssign(group: number, names: readonly string[]): void {
    const name = stateSignatures.assign(group);
    const inputs: Record<string, SignatureTensor> = {};
    const done = names.map((variable, i) => {
      const { shape } = this.spec.variables.get(variable)!;
      const ref = this.placeholder(`${name}/${i}`, shape, 'float32');
      inputs[variable] = { ref, shape, type: 'float32' };
      // The variable would keep the caller's array, which cannot be updated in place, until its first update copies it.
      const copy = this.graph.node('DeepCopy', [ref], { T: attr.type('float32') });
      return `^${this.variables.assign(variable, copy)}`;
    });
    const one = this.graph.constant([1], [], 'float32');
    const ref = this.graph.node('Identity', [one, ...done], { T: attr.type('float32') });
    this.signatures[name] = { inputs, outputs: { done: { ref, shape: [], type: 'float32' } } };
  }

  private addRead(group: number, names: readonly string[]): void {
    const name = stateSignatures.read(group);
    const ref = this.placeholder(`${name}/${tick}`, [], 'int32');
    const outputs: Record<string, SignatureTensor> = {};
    for (const variable of names) {
      const value = this.graph.node('Identity', [this.variables.read(variable)], { T: attr.type('float32') });
      outputs[variable] = { ref: value, shape: this.spec.variables.get(variable)!.shape, type: 'float32' };
    }
    this.signatures[name] = { inputs: { [tick]: { ref, shape: [], type: 'int32' } }, outputs };
  }

  private addClear(group: number, names: readonly string[]): void {
    const name = stateSignatures.clear(group);
    const ref = this.placeholder(`${name}/${tick}`, [], 'int32');
    const done = names.map((variable) => {
      const dims = this.graph.ints(this.spec.variables.get(variable)!.shape);
      const types = { T: attr.type('float32'), index_type: attr.type('int32') };
      const zeros = this.graph.node(
        'Fill',
        [dims, this.graph.constant([0], [], 'float32'), `^${ref}`],
        types,
      );
      return `^${this.variables.assign(variable, zeros)}`;
    });
    this.signatures[name] = {
      inputs: { [tick]: { ref, shape: [], type: 'int32' } },
      outputs: {
        done: {
          ref: this.graph.node('Identity', [ref, ...done], { T: attr.type('int32') }),
          shape: [],
          type: 'int32',
        },
      },
    };
  }

  private placeholder(name: string, shape: readonly number[], type: 'float32' | 'int32'): string {
    return this.graph.node(
      'Placeholder',
      [],
      { dtype: attr.type(type), shape: attr.shape(shape) },
      name.replaceAll(/[^\w/]/g, '_'),
    );
  }
}

function symbol(ref: string, shape: readonly number[], dtype: 'float32' | 'int32'): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(graphBackend().output(ref, shape, dtype));
}

/** A compiled function used an op that has no graph kernel; `name` tells it from other errors across packages. */
class UnsupportedOpError extends Error {
  override readonly name = 'UnsupportedOpError';
}

/** tfjs says which kernel is missing; the list of what there is makes the message useful. */
function explain(error: unknown): unknown {
  const missing =
    error instanceof Error ? /Kernel '(\w+)' not registered for backend 'graph'/.exec(error.message) : null;
  if (missing === null) return error;
  const supported = supportedOps().join(', ');
  return new UnsupportedOpError(
    `Expected ops that can be compiled, got ${missing[1]}. Supported: ${supported}`,
    {
      cause: error,
    },
  );
}
