/**
 * HuBERT-soft's weights as tensors in our layout (channels last: linear [in, out], convolution [kernel, in, out]).
 * Every size is read off the tensors' shapes, so reduced nets load as the public one does (spec section d).
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../config/errors';
import type { HostTensor } from './keys';

export interface Linear {
  /** [in, out] */
  readonly weight: tf.Tensor2D;
  /** [out] */
  readonly bias: tf.Tensor1D;
}

export interface Norm {
  readonly gain: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

export interface TransformerLayer {
  /** to queries, keys and values, in this order along the outputs */
  readonly inProjection: Linear;
  readonly outProjection: Linear;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: Norm;
  readonly norm2: Norm;
}

export interface HubertWeights {
  /** seven filters [kernel, in, out] */
  readonly convolutions: readonly tf.Tensor3D[];
  readonly groupNorm: Norm;
  readonly featureNorm: Norm;
  readonly projection: Linear;
  /** one filter [kernel, D / groups, D / groups] per group, weight norm folded */
  readonly positional: readonly tf.Tensor3D[];
  readonly positionalBias: tf.Tensor1D;
  readonly norm: Norm;
  readonly layers: readonly TransformerLayer[];
  /** null where it was not asked for */
  readonly output: Linear | null;
}

const convolutionCount = 7;

/**
 * Weight norm over axes 0 and 1, per kernel tap: `W[o,i,k] = g[k] v[o,i,k] / ||v[:,:,k]||` (PyTorch's `dim=2`).
 * @param gain [1, 1, K], @param direction [D, D / groups, K]; @returns [D, D / groups, K]
 */
export function foldTapNorm(gain: HostTensor, direction: HostTensor): HostTensor {
  const taps = direction.shape[2]!;
  const squares = new Float64Array(taps);
  direction.data.forEach((v, i) => {
    squares[i % taps]! += v * v;
  });
  const scale = squares.map((sum, k) => gain.data[k]! / Math.sqrt(sum));
  return { shape: direction.shape, data: direction.data.map((v, i) => v * scale[i % taps]!) };
}

/** Reads named tensors strictly: a missing name or a rank that does not fit is a `UserError`. */
class Reader {
  constructor(private readonly state: ReadonlyMap<string, HostTensor>) {}

  host(name: string, rank: number): HostTensor {
    const tensor = this.state.get(name);
    if (tensor?.shape.length !== rank) {
      throw new UserError(
        'hubert-weights',
        `Expected HuBERT-soft to have ${name} with ${rank} axes, got ${tensor ? `[${tensor.shape}]` : 'none'}`,
        'Use the published hubert-soft weights, or a file of the same layout.',
      );
    }
    return tensor;
  }

  vector(name: string): tf.Tensor1D {
    return tf.tensor1d(this.host(name, 1).data);
  }

  norm(prefix: string): Norm {
    return { gain: this.vector(`${prefix}.weight`), bias: this.vector(`${prefix}.bias`) };
  }

  linear(weight: string, bias: string): Linear {
    const { shape, data } = this.host(weight, 2);
    const transposed = tf.tidy(() => tf.tensor2d(data, shape as [number, number]).transpose<tf.Tensor2D>());
    return { weight: transposed, bias: this.vector(bias) };
  }

  convolution(name: string): tf.Tensor3D {
    return toFilter(this.host(name, 3));
  }

  layer(prefix: string): TransformerLayer {
    const attention = `${prefix}.self_attn`;
    return {
      inProjection: this.linear(`${attention}.in_proj_weight`, `${attention}.in_proj_bias`),
      outProjection: this.linear(`${attention}.out_proj.weight`, `${attention}.out_proj.bias`),
      linear1: this.linear(`${prefix}.linear1.weight`, `${prefix}.linear1.bias`),
      linear2: this.linear(`${prefix}.linear2.weight`, `${prefix}.linear2.bias`),
      norm1: this.norm(`${prefix}.norm1`),
      norm2: this.norm(`${prefix}.norm2`),
    };
  }

  /** Transformer layers that the state holds, counted from 0 without a gap. */
  layerCount(): number {
    let count = 0;
    while (this.state.has(`encoder.layers.${count}.norm1.weight`)) count++;
    return count;
  }
}

/** PyTorch's [out, in, kernel] as [kernel, in, out]. */
function toFilter({ shape, data }: HostTensor): tf.Tensor3D {
  return tf.tidy(() =>
    tf.tensor3d(data, shape as [number, number, number]).transpose<tf.Tensor3D>([2, 1, 0]),
  );
}

function positionalFilters(read: Reader): tf.Tensor3D[] {
  const conv = 'positional_embedding.conv';
  const folded = foldTapNorm(read.host(`${conv}.weight_g`, 3), read.host(`${conv}.weight_v`, 3));
  const groups = folded.shape[0]! / folded.shape[1]!;
  return tf.tidy(() => tf.split(toFilter(folded), groups, 2) as tf.Tensor3D[]);
}

/**
 * Uploads the weights. The caller disposes of them (`tf.dispose`).
 * @param state by reference name, as `hubertState` gives it; unused entries are ignored
 * @param projection whether the last projection is needed
 * @throws UserError `hubert-weights` where a tensor is missing or has another rank
 */
export function uploadHubert(state: ReadonlyMap<string, HostTensor>, projection = true): HubertWeights {
  // In a tidy, so that a failure half way leaves no tensors behind.
  const upload = (): tf.TensorContainer =>
    readWeights(new Reader(state), projection) as unknown as tf.TensorContainer;
  return tf.tidy(upload) as unknown as HubertWeights;
}

function readWeights(read: Reader, projection: boolean): HubertWeights {
  const extractor = 'feature_extractor';
  return {
    convolutions: Array.from({ length: convolutionCount }, (_, i) =>
      read.convolution(`${extractor}.conv${i}.weight`),
    ),
    groupNorm: read.norm(`${extractor}.norm0`),
    featureNorm: read.norm('feature_projection.norm'),
    projection: read.linear('feature_projection.projection.weight', 'feature_projection.projection.bias'),
    positional: positionalFilters(read),
    positionalBias: read.vector('positional_embedding.conv.bias'),
    norm: read.norm('norm'),
    layers: Array.from({ length: read.layerCount() }, (_, i) => read.layer(`encoder.layers.${i}`)),
    output: projection ? read.linear('proj.weight', 'proj.bias') : null,
  };
}

/** All tensors of the weights by their place, such as `layers.3.norm1.gain`. */
export function namedTensors(weights: HubertWeights): Map<string, tf.Tensor> {
  const found = new Map<string, tf.Tensor>();
  replaceTensors(weights, '', (name, tensor) => {
    found.set(name, tensor);
    return tensor;
  });
  return found;
}

/** The same arrangement of other tensors. @param tensors by the names of `namedTensors` */
export function withTensors(weights: HubertWeights, tensors: ReadonlyMap<string, tf.Tensor>): HubertWeights {
  return replaceTensors(weights, '', (name) => tensors.get(name)!) as HubertWeights;
}

/** Frees all tensors of the weights. */
export function disposeHubert(weights: HubertWeights): void {
  tf.dispose(weights as unknown as tf.TensorContainer);
}

function replaceTensors(
  node: unknown,
  place: string,
  replace: (name: string, tensor: tf.Tensor) => tf.Tensor,
): unknown {
  if (node instanceof tf.Tensor) return replace(place, node);
  const inner = (key: string | number, child: unknown): unknown =>
    replaceTensors(child, place === '' ? String(key) : `${place}.${key}`, replace);
  if (Array.isArray(node)) return node.map((child, i) => inner(i, child));
  if (node === null) return null;
  return Object.fromEntries(Object.entries(node as object).map(([key, child]) => [key, inner(key, child)]));
}
