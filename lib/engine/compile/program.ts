/**
 * Functions over tensors, compiled into one TensorFlow graph with shared variables.
 *
 * A function is ordinary tfjs code. It is run once under the graph backend (`graph-backend.ts`), tfjs's own autograd
 * included; the nodes that it leaves behind become a SavedModel with one signature per function, and the public
 * `tf.node.loadSavedModel` runs it. Variables live in TensorFlow between calls. docs/compile.md tells more.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import type {
  Precision,
  ProgramSpec,
  ProgramStats,
  TensorProgram,
  VariableValue,
} from '../../tensor/program';
import { releaseFreedMemory } from '../process-addon';
import { buildProgram, stateSignatures, tick, variableGroups } from './builder';
import { registerKernels } from './kernels';
import { openSession, type Session } from './session';

/**
 * Compiles all functions of `spec` into one program.
 * @throws Error naming the op and the supported ones, if a function uses an op without a graph kernel
 */
export async function compileProgram(spec: ProgramSpec): Promise<TensorProgram> {
  registerKernels();
  const nativeDilation = await hasNativeDilation(spec.precision);
  const started = performance.now();
  const built = buildProgram(spec, nativeDilation);
  const traced = performance.now();
  const session = await openSession(built);
  initialise(session, spec);
  const program = createProgram(spec, session, {
    functions: Object.keys(spec.functions).length,
    nodes: built.nodes,
    graphBytes: built.bytes.length,
    traceMs: traced - started,
    loadMs: performance.now() - traced,
  });
  // By then the caller has let go of the values that it gave.
  setImmediate(collectGarbage);
  return program;
}

const dilationAnswers = new Map<Precision, Promise<boolean>>();

/**
 * Whether this TensorFlow has the gradient of dilated convolutions on this device: on CPUs it comes with oneDNN, and there
 * not for float16. Asked once per process and precision, by trying.
 */
function hasNativeDilation(precision: Precision): Promise<boolean> {
  const known = dilationAnswers.get(precision);
  if (known) return known;
  const answer = tryNativeDilation(precision);
  dilationAnswers.set(precision, answer);
  return answer;
}

async function tryNativeDilation(precision: Precision): Promise<boolean> {
  const dy = { shape: [1, 8, 2], dtype: 'float32' } as const;
  const weight = { shape: [3, 2, 2], dtype: 'float32' } as const;
  const run = (inputs: tf.NamedTensorMap): tf.Tensor =>
    tf.engine().runKernel('DilatedConv1DBackpropInput', inputs, { dilation: 2 }) as tf.Tensor;
  const functions: ProgramSpec['functions'] = {
    probe: { inputs: { dy, weight }, fn: (inputs) => ({ outputs: { dx: run({ ...inputs }) } }) },
  };
  const session = await openSession(buildProgram({ variables: new Map(), functions, precision }, true));
  const inputs = { dy: tf.zeros([...dy.shape]), weight: tf.zeros([...weight.shape]) };
  try {
    tf.dispose(session.run('probe', inputs));
    return true;
  } catch {
    return false;
  } finally {
    tf.dispose(inputs);
    session.dispose();
  }
}

function createProgram(spec: ProgramSpec, session: Session, stats: ProgramStats): TensorProgram {
  // Nothing below may hold `spec`: its values are as large as the model.
  const groups = variableGroups(spec);
  const all = [...spec.variables.keys()];
  return {
    stats,
    call: session.run,
    read: (names = all) => readVariables(session, groups, new Set(names)),
    assign: (values) => assignVariables(session, groups, values),
    dispose: session.dispose,
  };
}

function initialise(session: Session, spec: ProgramSpec): void {
  for (const [i, group] of variableGroups(spec).entries()) {
    const values = group.flatMap((name) => {
      const { shape, data } = spec.variables.get(name)!;
      return data ? [[name, { shape, data }] as const] : [];
    });
    if (values.length > 0) assignGroup(session, i, new Map(values));
    else tf.dispose(tickOnce(session, stateSignatures.clear(i)));
  }
}

/** Calls a signature that has no inputs. */
function tickOnce(session: Session, signature: string): Record<string, tf.Tensor> {
  const now = tf.scalar(0, 'int32');
  const values = session.run(signature, { [tick]: now });
  now.dispose();
  return values;
}

/**
 * A graph's messages are 10 kB of JavaScript objects per node, and the values of variables as large as the model: none of
 * it is needed any more, but Node would keep it until its next full collection, beside TensorFlow's own copies.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Arrays are freed in the background, and what is allocated meanwhile comes on top; a second collection waits for that.
  collect();
  releaseFreedMemory();
}

function readVariables(
  session: Session,
  groups: readonly string[][],
  names: ReadonlySet<string>,
): Map<string, Float32Array> {
  const out = new Map<string, Float32Array>();
  groups.forEach((group, i) => {
    if (!group.some((name) => names.has(name))) return;
    const values = tickOnce(session, stateSignatures.read(i));
    for (const name of group) if (names.has(name)) out.set(name, values[name]!.dataSync<'float32'>());
    tf.dispose(values);
  });
  return out;
}

/** @throws Error unless all variables are given */
function assignVariables(
  session: Session,
  groups: readonly string[][],
  values: ReadonlyMap<string, VariableValue>,
): void {
  groups.forEach((group, i) => {
    const missing = group.find((name) => !values.has(name));
    if (missing !== undefined)
      throw new Error(`Expected all variables of a program, got none called ${missing}`);
    assignGroup(session, i, new Map(group.map((name) => [name, values.get(name)!])));
  });
}

function assignGroup(session: Session, group: number, values: ReadonlyMap<string, VariableValue>): void {
  const tensors = Object.fromEntries(
    [...values].map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape], 'float32')]),
  );
  tf.dispose([session.run(stateSignatures.assign(group), tensors), tensors]);
}
