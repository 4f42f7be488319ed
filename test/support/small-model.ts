/** A miniature of the model with random weights, for tests that need one. Our layout. */
import * as tf from '@tensorflow/tfjs';
import { type Config, configSchema } from '../../lib/config/schema';
import type { Batch } from '../../lib/data/batch';
import { initialWeights } from '../../lib/model/initial-weights';
import type { HostTensor } from '../../lib/model/parameters';
import { Philox, streams } from '../../lib/random/philox';

const small = {
  melBins: 6,
  hiddenSize: 8,
  residualChannels: 8,
  residualLayers: 3,
  dilationCycleLength: 2,
};

type Overrides = Partial<{ model: object; training: object; compat: object }>;

export function smallConfig({ model = {}, training = {}, compat = {} }: Overrides = {}): Config {
  const fs2 = { encLayers: 1, decLayers: 1, dropout: 0.1 };
  return configSchema.parse({
    audio: { melBins: small.melBins },
    model: { ...small, fs2, ...model },
    training,
    compat,
  });
}

/** Fresh weights in our layout; the output layer is random too, so that gradients reach everything. */
export function smallWeights(config: Config, seed = 1): Map<string, HostTensor> {
  const weights = initialWeights(config.model, seed);
  const output = weights.get('denoise_fn.output_projection.weight')!;
  output.data.set(new Philox(seed, streams.init, 999).normals(output.data.length).map((v) => 0.3 * v));
  return new Map([...weights].map(([name, host]) => [name, toOurs(name, host)]));
}

function toOurs(name: string, { shape, data }: HostTensor): HostTensor {
  if (shape.length === 1 || name.endsWith('pitch_embed.weight')) return { shape, data };
  const values = tf.tidy(() =>
    tf
      .tensor(data, [...shape])
      .transpose()
      .dataSync<'float32'>(),
  );
  return { shape: [...shape].reverse(), data: values };
}

/** The same as tensors; the caller disposes them. */
export function smallTensors(config: Config, seed = 1): Map<string, tf.Tensor> {
  return new Map([...smallWeights(config, seed)].map(([name, t]) => [name, tf.tensor(t.data, [...t.shape])]));
}

/** Random items of the given lengths in frames; two frames per unit. */
export function smallBatch(config: Config, lengths: readonly number[], seed = 1): Batch {
  const size = lengths.length;
  const frames = Math.max(...lengths);
  const units = Math.ceil(frames / 2);
  const { melBins: M, hiddenSize: H } = config.model;
  const random = new Philox(seed, streams.order, 0);
  const fill = (rows: number, width: number, real: (b: number) => number, draw: () => number): Float32Array =>
    Float32Array.from({ length: size * rows * width }, (_, i) =>
      Math.floor(i / width) % rows < real(Math.floor(i / (rows * width))) ? draw() : 0,
    );
  return {
    size,
    frames,
    units,
    mel: fill(
      frames,
      M,
      (b) => lengths[b]!,
      () => -5 * random.uniform(),
    ),
    unitData: fill(
      units,
      H,
      (b) => Math.ceil(lengths[b]! / 2),
      () => random.uniform() - 0.5,
    ),
    mel2ph: Int32Array.from({ length: size * frames }, (_, i) =>
      i % frames < lengths[Math.floor(i / frames)]! ? 1 + Math.floor((i % frames) / 2) : 0,
    ),
    f0Log2: fill(
      frames,
      1,
      (b) => lengths[b]!,
      () => 6 + 3 * random.uniform(),
    ),
    lengths: Int32Array.from(lengths),
  };
}
