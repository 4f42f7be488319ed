import { describe, expect, it } from 'vitest';
import { modelSchema } from '../../lib/config/schema';
import { initialWeights } from '../../lib/model/initial-weights';
import { stateDictOrder } from '../../lib/model/parameters';

const config = modelSchema.parse({
  melBins: 20,
  hiddenSize: 32,
  residualChannels: 48,
  residualLayers: 2,
  noFs2: false,
  fs2: { encLayers: 1, decLayers: 1 },
  specMin: [-4],
  specMax: Array.from({ length: 20 }, (_, i) => -i),
});
const weights = initialWeights(config, 7);
const data = (name: string): Float32Array => weights.get(name)!.data;
const deviation = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

describe('initialWeights', () => {
  it('fills the whole state_dict in order, with finite numbers', () => {
    expect([...weights.keys()]).toEqual(stateDictOrder(config));
    for (const { shape, data: values } of weights.values()) {
      expect(values.length).toBe(shape.reduce((a, b) => a * b, 1));
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('draws the distributions of the specification', () => {
    const dilated = data('denoise_fn.residual_layers.1.dilated_conv.weight');
    expect(deviation(dilated) / Math.sqrt(2 / (48 * 3))).toBeCloseTo(1, 1);
    const linear = data('denoise_fn.mlp.2.weight');
    const limit = 1 / Math.sqrt(4 * 48);
    expect(Math.max(...linear.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(deviation(linear) / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
    const attention = data('fs2.encoder.layers.0.op.self_attn.in_proj_weight');
    expect(Math.max(...attention)).toBeLessThanOrEqual(Math.sqrt(6 / (4 * 32)));
    expect(deviation(attention) / Math.sqrt(2 / (4 * 32))).toBeCloseTo(1, 1);
    expect(deviation(data('fs2.pitch_embed.weight').subarray(32)) * Math.sqrt(32)).toBeCloseTo(1, 1);
  });

  it('starts the output at zero weights with a bias, norms at one, padding at zero', () => {
    expect(deviation(data('denoise_fn.output_projection.weight'))).toBe(0);
    expect(deviation(data('denoise_fn.output_projection.bias'))).toBeGreaterThan(0);
    expect(data('fs2.encoder.layer_norm.weight').every((v) => v === 1)).toBe(true);
    expect(data('fs2.encoder.layers.0.op.ffn.ffn_2.bias').every((v) => v === 0)).toBe(true);
    expect(
      data('fs2.pitch_embed.weight')
        .subarray(0, 32)
        .every((v) => v === 0),
    ).toBe(true);
  });

  it('holds the normalisation range of every bin', () => {
    expect(weights.get('spec_min')).toEqual({ shape: [1, 1, 20], data: new Float32Array(20).fill(-4) });
    expect([...data('spec_max')]).toEqual(config.specMax);
  });

  it('depends on the seed and on nothing else', () => {
    expect(initialWeights(config, 7)).toEqual(weights);
    const other = initialWeights(config, 8);
    expect(other.get('denoise_fn.mlp.0.weight')!.data).not.toEqual(data('denoise_fn.mlp.0.weight'));
    expect(other.get('betas')!.data).toEqual(data('betas'));
  });
});
