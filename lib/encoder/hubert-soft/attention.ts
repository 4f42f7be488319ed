/** One post-norm transformer layer, for a single item (spec section d). */
import * as tf from '@tensorflow/tfjs';
import { affine, affineGelu, layerNorm } from './layers';
import type { TransformerLayer } from './weights';

/** [U, D] as [heads, U, D / heads]: heads are consecutive blocks of features. */
function splitHeads(x: tf.Tensor2D, heads: number): tf.Tensor3D {
  const [units, width] = x.shape;
  return x.reshape<tf.Tensor3D>([units, heads, width / heads]).transpose<tf.Tensor3D>([1, 0, 2]);
}

/** Multi-head self-attention over all units. @param x [U, D]; @returns [U, D] */
function selfAttention(
  layer: TransformerLayer,
  heads: number,
  x: tf.Tensor2D,
  mask: tf.Tensor | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    const parts = tf.split(affine(x, layer.inProjection), 3, 1) as tf.Tensor2D[];
    const [queries, keys, values] = parts.map((part) => splitHeads(part, heads));
    const scale = 1 / Math.sqrt(x.shape[1] / heads);
    const scores = tf.matMul(tf.mul(queries!, scale), keys!, false, true);
    const weights = tf.softmax(mask ? tf.add(scores, mask) : scores);
    const mixed = tf.matMul(weights, values!).transpose([1, 0, 2]).reshape<tf.Tensor2D>(x.shape);
    return affine(mixed, layer.outProjection);
  });
}

/**
 * `x <- LN(x + attention(x)); x <- LN(x + W2 GELU(W1 x + b1) + b2)`, Vaswani et al. 2017 with norms after the sums.
 * @param heads must divide D; @param x [U, D]
 * @param mask added to every row of the scores: 0 for units that are looked at, very low for others [1, 1, U]; default none
 * @returns [U, D]
 */
export function attentionLayer(
  layer: TransformerLayer,
  heads: number,
  x: tf.Tensor2D,
  mask?: tf.Tensor,
): tf.Tensor2D {
  return tf.tidy(() => {
    const attended = layerNorm(tf.add(x, selfAttention(layer, heads, x, mask)), layer.norm1);
    const inner = affineGelu(attended, layer.linear1);
    return layerNorm(tf.add(attended, affine(inner, layer.linear2)), layer.norm2);
  });
}
