/**
 * The transformer over content units that `noFs2: false` puts before the denoiser (spec section e, encoder). The units
 * enter twice and positions count down from the end of a 5000-row table; both are kept, since voices were trained with
 * them (spec k.10).
 */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';
import { type Dropout, keepAll } from './dropout';
import { dense, matrix, type Weights, weightOf } from './weights';

const positionRows = 5000;
const layerNormEpsilon = 1e-5;
/** Added to the scores of padding: exp of it is exactly 0, and a row of padding only does not become NaN. */
const excluded = -1e9;

/**
 * Sines and cosines, interleaved; row u stands for position `max(5000, units) - 1 - u`. (The reference keeps using a table
 * that a longer input made it rebuild; here each input gets what it would get in a fresh process.)
 * @returns [units, H]
 */
export function reversedPositions(units: number, hiddenSize: number): tf.Tensor2D {
  const half = hiddenSize / 2;
  const slope = Math.fround(-Math.log(10000) / hiddenSize);
  const frequencies = Float32Array.from({ length: half }, (_, j) => Math.exp(Math.fround(2 * j * slope)));
  const last = Math.max(positionRows, units) - 1;
  const positions = Float32Array.from({ length: units }, (_, u) => last - u);
  return tf.tidy(() => {
    const phase = tf.outerProduct(tf.tensor1d(positions), tf.tensor1d(frequencies));
    return tf.stack([phase.sin(), phase.cos()], 2).reshape([units, hiddenSize]);
  });
}

/** 1 for real units, 0 for padding, which is recognised by being all zeros. @param units [B, U, H], @returns [B, U, 1] */
function unitMask(units: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => units.abs().max<tf.Tensor3D>(2, true).greater(0).cast('float32'));
}

/** What the first layer gets, before dropout and mask: `2 sqrt(H) units + positions`. @param units [B, U, H] */
export function encoderInput(units: tf.Tensor3D): tf.Tensor3D {
  const [, U, H] = units.shape;
  return tf.tidy(() => units.mul<tf.Tensor3D>(2 * Math.sqrt(H)).add(reversedPositions(U, H)));
}

/**
 * The encoder.
 * @param units [B, U, H], rows of zeros are padding
 * @returns [B, U, H], zero at padding
 */
export function encodeUnits(
  weights: Weights,
  config: ModelConfig,
  units: tf.Tensor3D,
  dropout: Dropout = keepAll,
): tf.Tensor3D {
  return tf.tidy(() => {
    const keep = unitMask(units);
    let x = dropout(encoderInput(units)).mul<tf.Tensor3D>(keep);
    for (let i = 0; i < config.fs2.encLayers; i++) {
      const op = `fs2.encoder.layers.${i}.op`;
      const attended = selfAttention(
        weights,
        op,
        layerNorm(weights, `${op}.layer_norm1`, x),
        keep,
        config.fs2.numHeads,
      );
      x = x.add<tf.Tensor3D>(dropout(attended)).mul(keep);
      const fed = feedForward(weights, op, layerNorm(weights, `${op}.layer_norm2`, x), dropout);
      x = x.add<tf.Tensor3D>(dropout(fed)).mul(keep);
    }
    return layerNorm(weights, 'fs2.encoder.layer_norm', x).mul(keep);
  });
}

function layerNorm(weights: Weights, name: string, x: tf.Tensor3D): tf.Tensor3D {
  const centred = x.sub<tf.Tensor3D>(x.mean(2, true));
  const variance = centred.square().mean(2, true);
  return centred
    .mul<tf.Tensor3D>(variance.add(layerNormEpsilon).rsqrt())
    .mul<tf.Tensor3D>(weightOf(weights, `${name}.weight`))
    .add(weightOf(weights, `${name}.bias`));
}

/** Multi-head attention without biases (Vaswani et al. 2017, section 3.2.2). @param keep [B, U, 1] */
function selfAttention(
  weights: Weights,
  op: string,
  x: tf.Tensor3D,
  keep: tf.Tensor3D,
  heads: number,
): tf.Tensor3D {
  const [B, U, H] = x.shape;
  const width = H / heads;
  const flat = x.reshape<tf.Tensor2D>([B * U, H]);
  const joint = tf.matMul(flat, matrix(weights, `${op}.self_attn.in_proj_weight`));
  const [query, key, value] = tf
    .split(joint, 3, 1)
    .map((part) => part.reshape<tf.Tensor4D>([B, U, heads, width]).transpose<tf.Tensor4D>([0, 2, 1, 3]));
  const bias = keep.reshape([B, 1, 1, U]).sub(1).mul(-excluded);
  const scores = tf.matMul(query!.mul(width ** -0.5), key!, false, true).add(bias);
  const mixed = tf.matMul(tf.softmax(scores), value!).transpose([0, 2, 1, 3]);
  const out = tf.matMul(
    mixed.reshape<tf.Tensor2D>([B * U, H]),
    matrix(weights, `${op}.self_attn.out_proj.weight`),
  );
  return out.reshape([B, U, H]);
}

/** Convolution, GELU, linear. */
function feedForward(weights: Weights, op: string, x: tf.Tensor3D, dropout: Dropout): tf.Tensor3D {
  const [B, U, H] = x.shape;
  const kernel = weightOf<tf.Tensor3D>(weights, `${op}.ffn.ffn_1.weight`);
  const wide = tf
    .conv1d(x, kernel, 1, 'same')
    .add<tf.Tensor3D>(weightOf(weights, `${op}.ffn.ffn_1.bias`))
    .mul<tf.Tensor3D>(kernel.shape[0] ** -0.5);
  const active = dropout(wide.mul(wide.mul(Math.SQRT1_2).erf().add(1).mul(0.5)));
  return dense(weights, `${op}.ffn.ffn_2`, active.reshape([B * U, 4 * H])).reshape([B, U, H]);
}
