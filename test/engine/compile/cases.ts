/** One small function per kernel of the graph backend, on values that its operation allows. Test code only. */
import * as tf from '@tensorflow/tfjs';
import { affineGelu, denseGeluKernel } from '../../../lib/encoder/hubert-soft/layers';
import { Philox, streams } from '../../../lib/random/philox';

/** A function over float tensors; integer and boolean tensors are made inside. */
export interface KernelCase {
  /** kernel that it is there for */
  readonly kernel: string;
  readonly inputs: readonly tf.Tensor[];
  readonly fn: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

let counter = 0;

/** Values in [low, high). */
export function uniform(shape: number[], low = -1, high = 1): tf.Tensor {
  const random = new Philox(7, streams.validation, counter++);
  const data = Float32Array.from(
    { length: tf.util.sizeFromShape(shape) },
    () => low + (high - low) * random.uniform(),
  );
  return tf.tensor(data, shape);
}

type Unary = readonly [string, (x: tf.Tensor) => tf.Tensor, low?: number, high?: number];

const unary: readonly Unary[] = [
  ['Abs', tf.abs],
  ['Ceil', tf.ceil, -3, 3],
  ['Cos', tf.cos, -9, 9],
  ['Elu', tf.elu],
  ['Erf', tf.erf, -3, 3],
  ['Exp', tf.exp],
  ['Expm1', tf.expm1],
  ['Floor', tf.floor, -3, 3],
  ['Identity', tf.clone],
  ['IsFinite', (x) => x.div(x.relu()).isFinite()],
  ['IsInf', (x) => x.div(x.relu()).isInf()],
  ['IsNan', (x) => x.relu().div(x.relu()).isNaN()],
  ['Log', tf.log, 0.1, 3],
  ['Log1p', tf.log1p, -0.9, 3],
  ['Neg', tf.neg],
  ['OnesLike', tf.onesLike],
  ['Reciprocal', tf.reciprocal, 0.1, 3],
  ['Relu', tf.relu],
  ['Relu6', tf.relu6, -3, 9],
  ['Round', tf.round, -3, 3],
  ['Rsqrt', tf.rsqrt, 0.1, 3],
  ['Sigmoid', tf.sigmoid, -9, 9],
  ['Sign', tf.sign],
  ['Sin', tf.sin, -9, 9],
  ['Softplus', tf.softplus, -9, 9],
  ['Sqrt', tf.sqrt, 0, 3],
  ['Square', tf.square],
  ['Tanh', tf.tanh, -3, 3],
  ['ZerosLike', tf.zerosLike],
  ['Step', (x) => tf.step(x)],
  ['Step', (x) => tf.step(x, 0.25)],
  ['ClipByValue', (x) => tf.clipByValue(x, -0.5, 0.25)],
  ['LeakyRelu', (x) => tf.leakyRelu(x, 0.1)],
  ['Cast', (x) => x.mul(9).cast('int32').cast('float32')],
  ['Softmax', (x) => tf.softmax(x as tf.Tensor2D)],
  ['Cumsum', (x) => tf.cumsum(x, 1)],
  ['Cumsum', (x) => tf.cumsum(x, 0, true, true)],
  ['Sum', (x) => x.sum()],
  ['Sum', (x) => x.sum(0)],
  ['Sum', (x) => x.sum(1, true)],
  ['Sum', (x) => x.square().sum()],
  ['Sum', (x) => x.mul(9).cast('int32').sum(0)],
  ['Mean', (x) => x.mean(-1)],
  ['Max', (x) => x.max([0], true)],
  ['Min', (x) => x.min()],
  ['Prod', (x) => x.prod(1)],
  ['Reshape', (x) => x.reshape([2, -1, 3])],
  ['ExpandDims', (x) => tf.concat([x.expandDims(1), x.expandDims(-2)], 1)],
  ['Transpose', (x) => x.transpose()],
  ['Tile', (x) => x.tile([2, 3])],
  ['BroadcastTo', (x) => tf.broadcastTo(x.expandDims(0), [2, 4, 6])],
  ['Reverse', (x) => x.reverse(1)],
  ['Concat', (x) => tf.concat([x, x.mul(2), tf.zeros([4, 0])], -1)],
  ['Pack', (x) => tf.stack([x, x.neg()], 1)],
  ['Unpack', (x) => tf.add(...(tf.unstack(x, -1).slice(1, 3) as [tf.Tensor, tf.Tensor]))],
  ['SplitV', (x) => tf.sub(...(tf.split(x, [2, 2, 2], 1).slice(1) as [tf.Tensor, tf.Tensor]))],
  ['Slice', (x) => x.slice([1, 2], [-1, 3])],
  [
    'PadV2',
    (x) =>
      tf.pad(
        x as tf.Tensor2D,
        [
          [1, 0],
          [0, 2],
        ],
        5,
      ),
  ],
  [
    'GatherV2',
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [3, 0],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
      ),
  ],
  ['GatherV2', (x) => tf.gather(x, tf.tensor1d([5, 0, 2], 'int32'), 1)],
  ['UnsortedSegmentSum', (x) => tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 1], 'int32'), 3)],
  ['OneHot', (x) => x.sum().add(tf.oneHot(tf.tensor1d([2, 0], 'int32'), 4, 3, -1))],
  ['Fill', (x) => x.add(tf.fill([4, 1], 3))],
  ['Range', (x) => x.add(tf.range(5, -1, -1))],
];

type Binary = readonly [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor];

const logical = (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Binary[1] => {
  return (a, b) => fn(a.greater(0), b.greater(0));
};

const binary: readonly Binary[] = [
  ['Add', tf.add],
  ['AddN', (a, b) => tf.addN([a, a.mul(b), a])],
  ['FloorDiv', tf.floorDiv],
  ['Maximum', tf.maximum],
  ['Minimum', tf.minimum],
  ['Mod', tf.mod],
  ['Multiply', tf.mul],
  ['Pow', (a, b) => tf.pow(a.abs().add(0.1), b)],
  ['RealDiv', (a, b) => tf.div(a, b.abs().add(0.1))],
  ['SquaredDifference', tf.squaredDifference],
  ['Sub', tf.sub],
  ['Equal', (a, b) => tf.equal(a, a.mul(b.greater(0)))],
  ['Greater', tf.greater],
  ['GreaterEqual', tf.greaterEqual],
  ['Less', tf.less],
  ['LessEqual', tf.lessEqual],
  ['NotEqual', (a, b) => tf.notEqual(a, a.mul(b.greater(0)))],
  ['LogicalAnd', logical(tf.logicalAnd)],
  ['LogicalOr', logical(tf.logicalOr)],
  ['LogicalNot', (a, b) => tf.logicalNot(a.greater(b))],
  ['Select', (a, b) => tf.where(a.greater(b), a, tf.zerosLike(a).add(b))],
];

const filter4: [number, number, number, number] = [1, 3, 4, 5];
const image: [number, number, number, number] = [2, 1, 9, 4];

const products: readonly (readonly [string, readonly number[][], KernelCase['fn']])[] = [
  [
    'BatchMatMul',
    [
      [4, 6],
      [6, 5],
    ],
    (a, b) => tf.matMul(a, b),
  ],
  [
    'BatchMatMul',
    [
      [6, 4],
      [5, 6],
    ],
    (a, b) => tf.matMul(a, b, true, true),
  ],
  [
    'BatchMatMul',
    [
      [2, 3, 4, 6],
      [2, 3, 5, 6],
    ],
    (a, b) => tf.matMul(a, b, false, true),
  ],
  ['Conv2D', [image, filter4], (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, [1, 2], 'same')],
  [
    'Conv2D',
    [image, filter4],
    (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', [1, 2]),
  ],
  [
    'Conv2D',
    [image, filter4],
    (x, w) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, [
        [0, 0],
        [0, 0],
        [2, 1],
        [0, 0],
      ]),
  ],
  ...(['linear', 'relu', 'leakyrelu'] as const).map((activation): (typeof products)[number] => [
    'FusedConv2D',
    [image, filter4, [5]],
    (x, w, b) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: w as tf.Tensor4D,
        bias: b!,
        strides: 1,
        dilations: [1, 2],
        pad: 'same',
        activation,
        leakyreluAlpha: 0.1,
      }),
  ]),
  ...([undefined, 'exact'] as const).map((how): (typeof products)[number] => [
    denseGeluKernel,
    [[9, 5], [5, 7], [7]],
    (x, weight, bias) =>
      affineGelu(x as tf.Tensor2D, { weight: weight as tf.Tensor2D, bias: bias as tf.Tensor1D }, how),
  ]),
  [
    'Conv2DBackpropInput',
    [[2, 1, 9, 5], filter4],
    (dy, w) => tf.conv2dTranspose(dy as tf.Tensor4D, tf.reshape(w, [1, 3, 4, 5]), [2, 1, 9, 4], 1, 'same'),
  ],
  [
    'Conv2DBackpropFilter',
    [image, filter4],
    (x, w) =>
      tf.grad((v) =>
        tf
          .conv2d(x as tf.Tensor4D, v as tf.Tensor4D, 1, 'same')
          .square()
          .sum(),
      )(w),
  ],
];

/** All cases; made when called, since tensors need a backend. */
export function kernelCases(): KernelCase[] {
  return [
    ...unary.map(([kernel, fn, low, high]) => ({ kernel, inputs: [uniform([4, 6], low, high)], fn })),
    ...binary.map(([kernel, fn]) => ({ kernel, inputs: [uniform([4, 6]), uniform([6])], fn })),
    ...products.map(([kernel, shapes, fn]) => ({
      kernel,
      inputs: shapes.map((shape) => uniform(shape)),
      fn,
    })),
  ];
}
