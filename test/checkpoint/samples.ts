/** Checkpoints made up for tests: small, every value different and exact in float32. */
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import type { HostTensor } from '../../lib/model/parameters';

/** Shapes by name: two buffers, three parameters (the last one dead), a buffer in the middle of the network. */
export const SHAPES: Readonly<Record<string, readonly number[]>> = {
  betas: [10],
  spec_min: [1, 1, 3],
  'denoise_fn.input_projection.weight': [4, 3, 1],
  'denoise_fn.mlp.0.weight': [5, 4],
  'fs2.mel_out.bias': [3],
  'fs2.pitch_predictor.embed_positions._float_tensor': [1],
};

/** Element i of the tensor number `index`: `index + i / 8`. */
function sampleTensor(shape: readonly number[], index: number): HostTensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => index + i / 8) };
}

/** A whole training state after 300 updates. */
export function sampleCheckpoint(step = 300): Checkpoint {
  const weights = new Map(Object.entries(SHAPES).map(([name, shape], i) => [name, sampleTensor(shape, i)]));
  const trained = ['denoise_fn.input_projection.weight', 'denoise_fn.mlp.0.weight'];
  return {
    step,
    epoch: 7,
    weights,
    optimizer: {
      step,
      learningRate: 0.00025,
      initialLearningRate: 0.0008,
      betas: [0.9, 0.98],
      eps: 1e-8,
      weightDecay: 0,
      moments: new Map(
        trained.map((name, i) => [
          name,
          { expAvg: sampleTensor(SHAPES[name]!, 20 + i), expAvgSq: sampleTensor(SHAPES[name]!, 30 + i) },
        ]),
      ),
    },
    extra: {
      formatVersion: 1,
      config: '{"model":{"melBins":3}}',
      seed: 2 ** 40 + 5,
      datasetFingerprint: '9f00',
      encoderId: 'mfcc-1 한국어',
      pitchId: 'pyin-1',
      vocoderId: 'nsf-hifigan:0123456789abcdef',
      profile: { encoder: 'mfcc-1', values: { warp: 1, mean: [0, -0.5, 1e-12], empty: [] } },
      retrieval: { frames: 3, width: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    },
  };
}

/** What a voice without neighbours remembers beside its configuration. */
export function plainExtra(config: object): NonNullable<Checkpoint['extra']> {
  return {
    formatVersion: 1,
    config: JSON.stringify(config),
    seed: 1,
    datasetFingerprint: 'data',
    encoderId: 'mfcc-1',
    pitchId: 'pyin',
    profile: { encoder: 'mfcc-1', values: {} },
    retrieval: null,
  };
}
