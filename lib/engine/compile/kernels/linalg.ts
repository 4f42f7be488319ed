/** Matrix products and convolutions: where the time goes, and the only ops that lower precision touches. */
import * as tf from '@tensorflow/tfjs';
import { type ComputeType, computeTypes } from '../graph-backend';
import { type Attribute, attr } from '../proto';
import { type Input, type KernelContext, kernel } from './register';

/** Activations that a convolution may have fused to it, by tfjs's names. */
const fusedActivations: Readonly<Record<string, string>> = {
  linear: '',
  leakyrelu: 'LeakyRelu',
  relu: 'Relu',
};

/** Type in which an op over the inputs computes: the trace's precision unless an input asks for more. */
export function computeType(c: KernelContext, inputs: readonly (Input | string)[]): ComputeType {
  const full = inputs.some((x) => typeof x !== 'string' && c.trace.full.has(c.ref(x)));
  return full ? 'float32' : computeTypes[c.trace.precision];
}

/** Runs `op` over the inputs as `type` and leaves the result in it. */
function runAs(
  c: KernelContext,
  type: ComputeType,
  op: string,
  inputs: readonly (Input | string)[],
  attributes: Readonly<Record<string, Attribute>>,
): string {
  const refs = inputs.map((x) => (typeof x === 'string' ? x : c.graph.cast(c.ref(x), 'float32', type)));
  return c.graph.node(op, refs, { T: attr.type(type), ...attributes });
}

/**
 * Runs `op` over the inputs in the trace's precision and returns a float32 result. Casts of one tensor are shared, so a
 * weight that is used forward and backward is cast once.
 */
export function inPrecision(
  c: KernelContext,
  op: string,
  inputs: readonly (Input | string)[],
  attributes: Readonly<Record<string, Attribute>>,
): string {
  const type = computeType(c, inputs);
  return raised(c, runAs(c, type, op, inputs, attributes), type);
}

/** A result of `type` as float32. */
function raised(c: KernelContext, ref: string, type: ComputeType): string {
  return c.trace.lowActivations ? c.graph.raise(ref, type) : c.graph.cast(ref, type, 'float32');
}

/** Registers all kernels of this file. */
export function registerLinalg(): void {
  kernel('BatchMatMul', ({ a, b }, { transposeA, transposeB }, c) => {
    const rows = a!.shape.at(transposeA ? -1 : -2)!;
    const columns = b!.shape.at(transposeB ? -2 : -1)!;
    if (a!.shape.length === 2 && b!.shape.length === 2) {
      const flags = { transpose_a: attr.bool(transposeA), transpose_b: attr.bool(transposeB) };
      return c.output(inPrecision(c, 'MatMul', [a!, b!], flags), [rows, columns], 'float32');
    }
    const batch = tf.backend_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    const flags = { adj_x: attr.bool(transposeA), adj_y: attr.bool(transposeB) };
    return c.output(inPrecision(c, 'BatchMatMulV2', [a!, b!], flags), [...batch, rows, columns], 'float32');
  });
  registerConvolution();
}

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations: number | [number, number];
  readonly dimRoundingMode: 'floor' | 'round' | 'ceil';
}

function convAttributes(info: tf.backend_util.Conv2DInfo): Record<string, Attribute> {
  const explicit = info.padInfo.type === 'EXPLICIT' || info.padInfo.type === 'NUMBER';
  const { top, bottom, left, right } = info.padInfo;
  return {
    strides: attr.ints([1, info.strideHeight, info.strideWidth, 1]),
    dilations: attr.ints([1, info.dilationHeight, info.dilationWidth, 1]),
    padding: attr.string(explicit ? 'EXPLICIT' : info.padInfo.type),
    data_format: attr.string('NHWC'),
    ...(explicit ? { explicit_paddings: attr.ints([0, 0, top, bottom, left, right, 0, 0]) } : {}),
  };
}

function convInfo(
  xShape: readonly number[],
  filterShape: readonly number[],
  a: ConvAttributes,
): tf.backend_util.Conv2DInfo {
  if (a.dataFormat !== 'NHWC')
    throw new Error(`Expected NHWC in a compiled convolution, got ${a.dataFormat}`);
  return tf.backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    a.strides,
    a.dilations ?? 1,
    a.pad,
    a.dimRoundingMode,
  );
}

function registerConvolution(): void {
  kernel('Conv2D', ({ x, filter }, attributes, c) => {
    const info = convInfo(x!.shape, filter!.shape, attributes);
    return c.output(inPrecision(c, 'Conv2D', [x!, filter!], convAttributes(info)), info.outShape, 'float32');
  });

  // In separate operations: TensorFlow fuses them itself where its library has them as one.
  kernel('FusedConv2D', ({ x, filter, bias }, attributes, c) => {
    const info = convInfo(x!.shape, filter!.shape, attributes);
    const type = computeType(c, [x!, filter!]);
    let ref = runAs(c, type, 'Conv2D', [x!, filter!], convAttributes(info));
    if (bias) ref = runAs(c, type, 'BiasAdd', [ref, bias], { data_format: attr.string('NHWC') });
    const activation = fusedActivations[attributes.activation as string];
    if (activation === undefined) {
      throw new Error(`Expected a compiled convolution without ${attributes.activation} fused to it`);
    }
    const alpha = activation === 'LeakyRelu' ? { alpha: attr.float(attributes.leakyreluAlpha) } : {};
    if (activation) ref = runAs(c, type, activation, [ref], alpha);
    return c.output(raised(c, ref, type), info.outShape, 'float32');
  });

  kernel('Conv2DBackpropInput', ({ dy, filter }, attributes, c) => {
    const info = convInfo(attributes.inputShape, filter!.shape, attributes);
    const inputs = [c.graph.ints(info.inShape), filter!, dy!];
    return c.output(
      inPrecision(c, 'Conv2DBackpropInput', inputs, convAttributes(info)),
      info.inShape,
      'float32',
    );
  });

  kernel('Conv2DBackpropFilter', ({ x, dy }, attributes, c) => {
    const info = convInfo(x!.shape, attributes.filterShape, attributes);
    const inputs = [x!, c.graph.ints(attributes.filterShape), dy!];
    return c.output(
      inPrecision(c, 'Conv2DBackpropFilter', inputs, convAttributes(info)),
      attributes.filterShape,
      'float32',
    );
  });
}
