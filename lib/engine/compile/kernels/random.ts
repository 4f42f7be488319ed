/**
 * Random numbers that depend on a seed and nothing else (Salmon et al. 2011, Philox, inside TensorFlow). tfjs has no such
 * operations; callers run these by name. Input `seed` is int32 [2].
 */
import { attr } from '../proto';
import { kernel } from './register';

/** Registers all kernels of this file. */
export function registerRandom(): void {
  for (const [name, op] of [
    ['StatelessNormal', 'StatelessRandomNormal'],
    ['StatelessUniform', 'StatelessRandomUniform'],
  ] as const) {
    kernel(name, ({ seed }, { shape }, c) => {
      const types = { dtype: attr.type('float32'), T: attr.type('int32'), Tseed: attr.type('int32') };
      return c.output(c.graph.node(op, [c.graph.ints(shape), c.ref(seed!)], types), shape, 'float32');
    });
  }

  // Integers from `low` up to, but not including, `high`.
  kernel('StatelessInteger', ({ seed }, { shape, low, high }, c) => {
    const limits = [low, high].map((value: number) => c.graph.constant([value], [], 'int32'));
    const types = { dtype: attr.type('int32'), T: attr.type('int32'), Tseed: attr.type('int32') };
    const ref = c.graph.node(
      'StatelessRandomUniformInt',
      [c.graph.ints(shape), c.ref(seed!), ...limits],
      types,
    );
    return c.output(ref, shape, 'int32');
  });
}
