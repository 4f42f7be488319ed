/** Nodes that change variables, after everything else of a function is computed. */
import type * as tf from '@tensorflow/tfjs';
import type { AdamStep, Outcome } from '../../tensor/program';
import type { Graph } from './graph';
import { type Attribute, attr } from './proto';
import type { Variables } from './variables';

/** What the nodes are made with. */
export interface UpdateContext {
  readonly graph: Graph;
  ref(tensor: tf.Tensor): string;
  readonly variables: Variables;
}

const float: Readonly<Record<string, Attribute>> = { T: attr.type('float32') };

/** Adds the updates of `outcome` and returns them as control dependencies of the function's outputs. */
export function addUpdates(outcome: Outcome, c: UpdateContext): string[] {
  const assigned = Object.entries(outcome.assign ?? {}).map(([name, value]) =>
    c.variables.assign(name, c.ref(value)),
  );
  const adam = outcome.adam === undefined ? [] : [addAdam(outcome.adam, c)];
  return [...assigned, ...adam].map((node) => `^${node}`);
}

/** @returns a node that is done when all updates are, or when they are left out */
function addAdam(step: AdamStep, c: UpdateContext): string {
  const { onlyIf } = step;
  if (onlyIf === undefined) {
    const last = addChain(step, (ref) => ref, c);
    return c.graph.node('NoOp', [`^${last}`]);
  }
  // Values behind a Switch exist only on the branch taken; what needs them is not run on the other.
  const decision = c.ref(onlyIf);
  const branch = (ref: string): string => c.graph.node('Switch', [ref, decision], float);
  const last = addChain(step, (ref) => `${branch(ref)}:1`, c);
  const zero = branch(c.graph.constant([0], [], 'float32'));
  const done = c.graph.node('Identity', [`${zero}:1`, `^${last}`], float);
  return c.graph.node('Merge', [zero, done], { ...float, N: attr.int(2) });
}

/**
 * One variable after the other: each operation uses all cores by itself, and a gradient that has just been scaled is still
 * in the cache when it is used. All scalings at once would send them through memory.
 */
function addChain(step: AdamStep, gate: (ref: string) => string, c: UpdateContext): string {
  const scalar = (value: number): string => c.graph.constant([value], [], 'float32');
  const before = [step.beta1Power, step.beta2Power, step.learningRate].map(c.ref);
  const after = [scalar(step.beta1), scalar(step.beta2), c.ref(step.epsilon)];
  const scale = gate(c.ref(step.gradientScale));
  let last: string | undefined;
  for (const update of step.updates) {
    const wait: string[] = last === undefined ? [] : [`^${last}`];
    const gradient = c.graph.node('Mul', [c.ref(update.gradient), scale, ...wait], float);
    const decayed =
      step.decay === undefined ? [] : [`^${addDecay(update.variable, step.decay, gradient, c)}`];
    const handles = [update.variable, update.m, update.v].map((name) => c.variables.handle(name));
    const updated = c.graph.node(
      'ResourceApplyAdam',
      [...handles, ...before, ...after, gradient, ...decayed],
      {
        ...float,
        use_locking: attr.bool(false),
        use_nesterov: attr.bool(false),
      },
    );
    last = c.variables.refresh(update.variable, updated);
  }
  if (last === undefined) throw new Error('Expected at least one update in an Adam step');
  return last;
}

/** @param gradient once it is there, the variable is no longer needed as it was */
function addDecay(variable: string, decay: tf.Tensor, gradient: string, c: UpdateContext): string {
  const part = c.graph.node('Mul', [c.variables.read(variable), c.ref(decay), `^${gradient}`], float);
  return c.graph.node('AssignSubVariableOp', [c.variables.handle(variable), part], {
    dtype: attr.type('float32'),
  });
}
