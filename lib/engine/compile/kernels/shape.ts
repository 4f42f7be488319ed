/** Ops that move values: reshape, slice, concatenate, pad, gather. */
import * as tf from '@tensorflow/tfjs';
import { attr } from '../proto';
import { graphType, type Input, type KernelContext, kernel, moved, typeOf } from './register';

const index = { Tidx: attr.type('int32') };

/** Registers all kernels of this file. */
export function registerShape(): void {
  registerReshaping();
  registerJoining();
  registerIndexing();
  registerMaking();
}

function reshape(c: KernelContext, x: Input, shape: readonly number[]): string {
  return c.graph.reshape(c.ref(x), shape, graphType(x.dtype));
}

function registerReshaping(): void {
  kernel('Reshape', ({ x }, { shape }, c) => {
    const size = tf.util.sizeFromShape(x!.shape);
    const full = tf.util.inferFromImplicitShape(shape, size);
    return c.output(reshape(c, x!, full), full, x!.dtype);
  });

  kernel('ExpandDims', ({ input }, { dim }, c) => {
    const shape = [...input!.shape];
    shape.splice(dim < 0 ? input!.shape.length + dim + 1 : dim, 0, 1);
    return c.output(reshape(c, input!, shape), shape, input!.dtype);
  });

  kernel('Transpose', ({ x }, { perm }, c) => {
    const ref = c.graph.node('Transpose', [c.ref(x!), c.graph.ints(perm)], {
      ...typeOf(x!),
      Tperm: attr.type('int32'),
    });
    return c.output(
      ref,
      perm.map((p: number) => x!.shape[p]!),
      x!.dtype,
    );
  });

  kernel('Tile', ({ x }, { reps }, c) => {
    const ref = c.graph.node('Tile', [c.ref(x!), c.graph.ints(reps)], {
      ...typeOf(x!),
      Tmultiples: attr.type('int32'),
    });
    return c.output(
      ref,
      x!.shape.map((d, i) => d * reps[i]),
      x!.dtype,
    );
  });

  kernel('BroadcastTo', ({ x }, { shape }, c) => {
    const ref = c.graph.node('BroadcastTo', [c.ref(x!), c.graph.ints(shape)], { ...typeOf(x!), ...index });
    return c.output(ref, shape, x!.dtype);
  });

  kernel('Reverse', ({ x }, { dims }, c) => {
    const axes = tf.util.parseAxisParam(dims, x!.shape);
    const ref = c.graph.node('ReverseV2', [c.ref(x!), c.graph.ints(axes)], { ...typeOf(x!), ...index });
    return c.output(ref, x!.shape, x!.dtype);
  });
}

function registerJoining(): void {
  kernel('Concat', (inputs, { axis }, c) => {
    // Empty parts carry no values but would still have to agree in type.
    const list = Object.values(inputs).filter((t) => tf.util.sizeFromShape(t.shape) > 0);
    const first = list[0]!;
    const along = tf.util.parseAxisParam(axis, first.shape)[0]!;
    const shape = tf.backend_util.computeOutShape(
      list.map((t) => t.shape),
      along,
    );
    if (list.length === 1) return c.output(c.ref(first), first.shape, first.dtype);
    const ref = moved(c, list, (refs, type) =>
      c.graph.node('ConcatV2', [...refs, c.graph.constant([along], [], 'int32')], {
        ...type,
        ...index,
        N: attr.int(list.length),
      }),
    );
    return c.output(ref, shape, first.dtype);
  });

  kernel('Pack', (inputs, { axis }, c) => {
    const list = Object.values(inputs);
    const first = list[0]!;
    const shape = [...first.shape];
    shape.splice(axis, 0, list.length);
    const ref = c.graph.node('Pack', list.map(c.ref), {
      ...typeOf(first),
      N: attr.int(list.length),
      axis: attr.int(axis),
    });
    return c.output(ref, shape, first.dtype);
  });

  kernel('Unpack', ({ value }, { axis }, c) => {
    const along = axis < 0 ? axis + value!.shape.length : axis;
    const count = value!.shape[along]!;
    const ref = c.graph.node('Unpack', [c.ref(value!)], {
      ...typeOf(value!),
      num: attr.int(count),
      axis: attr.int(along),
    });
    const shape = value!.shape.filter((_, i) => i !== along);
    return Array.from({ length: count }, (_, i) => c.output(`${ref}:${i}`, shape, value!.dtype));
  });

  kernel('SplitV', ({ x }, { numOrSizeSplits, axis }, c) => {
    const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as unknown as tf.Tensor, numOrSizeSplits, along);
    const ref = c.graph.node(
      'SplitV',
      [c.ref(x!), c.graph.ints(sizes), c.graph.constant([along], [], 'int32')],
      {
        ...typeOf(x!),
        Tlen: attr.type('int32'),
        num_split: attr.int(sizes.length),
      },
    );
    return sizes.map((size, i) =>
      c.output(
        `${ref}:${i}`,
        x!.shape.map((d, j) => (j === along ? size : d)),
        x!.dtype,
      ),
    );
  });
}

function registerIndexing(): void {
  kernel('Slice', ({ x }, { begin, size }, c) => {
    const [start, sizes] = tf.slice_util.parseSliceParams(x as unknown as tf.Tensor, begin, size);
    const ref = moved(c, [x!], (refs, type) =>
      c.graph.node('Slice', [...refs, c.graph.ints(start!), c.graph.ints(sizes!)], {
        ...type,
        Index: attr.type('int32'),
      }),
    );
    return c.output(ref, sizes!, x!.dtype);
  });

  kernel('PadV2', ({ x }, { paddings, constantValue }, c) => {
    const type = x!.dtype === 'int32' ? 'int32' : 'float32';
    const pads = c.graph.constant(paddings.flat(), [paddings.length, 2], 'int32');
    const value = c.graph.constant([constantValue ?? 0], [], type);
    const ref = c.graph.node('PadV2', [c.ref(x!), pads, value], {
      ...typeOf(x!),
      Tpaddings: attr.type('int32'),
    });
    return c.output(
      ref,
      x!.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]),
      x!.dtype,
    );
  });

  kernel('GatherV2', ({ x, indices }, { axis, batchDims }, c) => {
    const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const ref = c.graph.node(
      'GatherV2',
      [c.ref(x!), c.ref(indices!), c.graph.constant([along], [], 'int32')],
      {
        Tparams: attr.type(graphType(x!.dtype)),
        Tindices: attr.type('int32'),
        Taxis: attr.type('int32'),
        batch_dims: attr.int(batchDims ?? 0),
      },
    );
    const shape = [
      ...x!.shape.slice(0, along),
      ...indices!.shape.slice(batchDims ?? 0),
      ...x!.shape.slice(along + 1),
    ];
    return c.output(ref, shape, x!.dtype);
  });

  kernel('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }, c) => {
    const ref = c.graph.node(
      'UnsortedSegmentSum',
      [c.ref(x!), c.ref(segmentIds!), c.graph.constant([numSegments], [], 'int32')],
      {
        ...typeOf(x!),
        Tindices: attr.type('int32'),
        Tnumsegments: attr.type('int32'),
      },
    );
    return c.output(ref, [numSegments, ...x!.shape.slice(segmentIds!.shape.length)], x!.dtype);
  });

  kernel('OneHot', ({ indices }, { dtype, depth, onValue, offValue }, c) => {
    const type = dtype === 'int32' ? 'int32' : 'float32';
    const scalars = [
      c.graph.constant([depth], [], 'int32'),
      c.graph.constant([onValue], [], type),
      c.graph.constant([offValue], [], type),
    ];
    const ref = c.graph.node('OneHot', [c.ref(indices!), ...scalars], {
      T: attr.type(type),
      TI: attr.type('int32'),
      axis: attr.int(-1),
    });
    return c.output(ref, [...indices!.shape, depth], type);
  });
}

function registerMaking(): void {
  kernel('Fill', (_, { shape, value, dtype }, c) => {
    const type = dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
    const scalar = c.graph.constant([Number(value)], [], type);
    const ref = c.graph.node('Fill', [c.graph.ints(shape), scalar], {
      T: attr.type(type),
      index_type: attr.type('int32'),
    });
    return c.output(ref, shape, type);
  });

  kernel('Range', (_, { start, stop, step, dtype }, c) => {
    const values = tf.util
      .makeZerosTypedArray(Math.max(0, Math.ceil((stop - start) / step)), 'float32')
      .map((__, i) => start + i * step);
    const type = dtype === 'int32' ? 'int32' : 'float32';
    return c.output(c.graph.constant(values, [values.length], type), [values.length], type);
  });
}
