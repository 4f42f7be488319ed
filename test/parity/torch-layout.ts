/**
 * PyTorch's axis order to ours and back, written apart from lib/checkpoint/key-map so that the fixtures check both. Test
 * code only.
 */
import * as tf from '@tensorflow/tfjs';
import type { Fixture } from './fixtures';

/** Tables and vectors are the same in both; a convolution has three axes, a linear layer two. */
function isTable(name: string): boolean {
  return name.endsWith('pitch_embed.weight');
}

/** Tensors below `prefix` in our layout, by `rename` of the rest of their name; the caller disposes them. */
export function weightsFrom(
  fixture: Fixture,
  prefix: string,
  rename: (rest: string) => string = (rest) => rest,
): Map<string, tf.Tensor> {
  return new Map(
    fixture.names(prefix).map((name) => {
      const rest = rename(name.slice(prefix.length));
      const tensor = tf.tidy(() => {
        const torch = tf.tensor(fixture.data(name), fixture.shape(name));
        return torch.rank > 1 && !isTable(rest) ? torch.transpose() : torch;
      });
      return [rest, tensor];
    }),
  );
}

/** Values of a weight or gradient in PyTorch's order. */
export function torchOrder(name: string, tensor: tf.Tensor): Float32Array {
  return tf.tidy(() => (isTable(name) ? tensor : tensor.transpose()).dataSync<'float32'>());
}

/** [B, 1, M, T] or [B, C, T] of a fixture as [B, T, C]. */
export function channelsLastOf(fixture: Fixture, name: string): tf.Tensor3D {
  const shape = fixture.shape(name);
  const [C, T] = shape.slice(-2) as [number, number];
  return tf.tidy(() => tf.tensor3d(fixture.data(name), [shape[0]!, C, T]).transpose([0, 2, 1]));
}

/** Values of [B, T, C] in the order [B, C, T]. */
export function channelsFirstOf(x: tf.Tensor3D): Float32Array {
  return tf.tidy(() => x.transpose([0, 2, 1]).dataSync<'float32'>());
}
