/** Ops that work value by value: same name or nearly so in TensorFlow. */
import * as tf from '@tensorflow/tfjs';
import { attr } from '../proto';
import { elementwise, graphType, kernel, typeOf } from './register';

const unary: Readonly<Record<string, string>> = {
  Abs: 'Abs',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Expm1: 'Expm1',
  Floor: 'Floor',
  Identity: 'Identity',
  Log: 'Log',
  Log1p: 'Log1p',
  Neg: 'Neg',
  OnesLike: 'OnesLike',
  Reciprocal: 'Inv',
  Relu: 'Relu',
  Relu6: 'Relu6',
  Round: 'Round',
  Rsqrt: 'Rsqrt',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tanh: 'Tanh',
  ZerosLike: 'ZerosLike',
};

const binary: Readonly<Record<string, string>> = {
  Add: 'AddV2',
  FloorDiv: 'FloorDiv',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Mod: 'FloorMod',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'RealDiv',
  SquaredDifference: 'SquaredDifference',
  Sub: 'Sub',
};

const comparison: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterEqual',
  Less: 'Less',
  LessEqual: 'LessEqual',
  NotEqual: 'NotEqual',
};

const logical: Readonly<Record<string, string>> = { LogicalAnd: 'LogicalAnd', LogicalOr: 'LogicalOr' };

/** Registers all kernels of this file. */
export function registerElementwise(): void {
  for (const [name, op] of Object.entries(unary)) {
    kernel(name, ({ x }, _, c) => c.output(c.graph.node(op, [c.ref(x!)], typeOf(x!)), x!.shape, x!.dtype));
  }
  for (const [name, op] of Object.entries(binary)) registerBinary(name, op, undefined);
  for (const [name, op] of Object.entries(comparison)) registerBinary(name, op, 'bool');
  for (const [name, op] of Object.entries(logical)) {
    kernel(name, ({ a, b }, _, c) =>
      c.output(
        c.graph.node(op, [c.ref(a!), c.ref(b!)]),
        tf.backend_util.assertAndGetBroadcastShape(a!.shape, b!.shape),
        'bool',
      ),
    );
  }
  kernel('LogicalNot', ({ x }, _, c) => c.output(c.graph.node('LogicalNot', [c.ref(x!)]), x!.shape, 'bool'));
  for (const name of ['IsFinite', 'IsInf', 'IsNan']) {
    kernel(name, ({ x }, _, c) => c.output(c.graph.node(name, [c.ref(x!)], typeOf(x!)), x!.shape, 'bool'));
  }
  // Noted for sums of squares, which TensorFlow has as one operation.
  kernel('Square', ({ x }, _, c) => {
    const ref = c.graph.node('Square', [c.ref(x!)], typeOf(x!));
    c.graph.noteSquare(ref, c.ref(x!));
    return c.output(ref, x!.shape, x!.dtype);
  });
  registerRest();
}

function registerBinary(name: string, op: string, result: tf.DataType | undefined): void {
  kernel(name, ({ a, b }, _, c) => {
    const shape = tf.backend_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const ref =
      name === 'Add' ? elementwise(c, op, [a!, b!]) : c.graph.node(op, [c.ref(a!), c.ref(b!)], typeOf(a!));
    return c.output(ref, shape, result ?? a!.dtype);
  });
}

function registerRest(): void {
  kernel('AddN', (inputs, _, c) => {
    const list = Object.values(inputs);
    const first = list[0]!;
    const ref = elementwise(c, 'AddN', list, { N: attr.int(list.length) });
    return c.output(ref, first.shape, first.dtype);
  });

  kernel('Cast', ({ x }, { dtype }, c) =>
    c.output(c.graph.cast(c.ref(x!), graphType(x!.dtype), graphType(dtype)), x!.shape, dtype),
  );

  kernel('ClipByValue', ({ x }, { clipValueMin, clipValueMax }, c) => {
    const scalar = (v: number): string =>
      c.graph.constant([v], [], x!.dtype === 'int32' ? 'int32' : 'float32');
    const ref = c.graph.node(
      'ClipByValue',
      [c.ref(x!), scalar(clipValueMin), scalar(clipValueMax)],
      typeOf(x!),
    );
    return c.output(ref, x!.shape, x!.dtype);
  });

  kernel('LeakyRelu', ({ x }, { alpha }, c) =>
    c.output(elementwise(c, 'LeakyRelu', [x!], { alpha: attr.float(alpha) }), x!.shape, x!.dtype),
  );

  // tf.step(x, alpha): 1 for x > 0, else alpha; the gradient of relu and leakyRelu is made of it. NaN stays NaN in tfjs;
  // here it counts as not positive, as in TensorFlow's own ReluGrad.
  kernel('Step', ({ x }, { alpha }, c) => {
    const positive = c.graph.node('Greater', [c.ref(x!), c.graph.constant([0], [], 'float32')], typeOf(x!));
    const step = c.graph.cast(positive, 'bool', 'float32');
    if (!alpha) return c.output(step, x!.shape, x!.dtype);
    const scaled = c.graph.node('Mul', [step, c.graph.constant([1 - alpha], [], 'float32')], typeOf(x!));
    const ref = c.graph.node('AddV2', [scaled, c.graph.constant([alpha], [], 'float32')], typeOf(x!));
    return c.output(ref, x!.shape, x!.dtype);
  });

  kernel('Select', ({ condition, t, e }, _, c) =>
    c.output(
      c.graph.node('SelectV2', [c.ref(condition!), c.ref(t!), c.ref(e!)], typeOf(t!)),
      t!.shape,
      t!.dtype,
    ),
  );
}
