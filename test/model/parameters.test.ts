import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelSchema } from '../../lib/config/schema';
import { bufferNames, type ParameterSpec, parameterSpecs, stateDictOrder } from '../../lib/model/parameters';
import { openFixture } from '../parity/fixtures';
import { modelConfigOf } from '../parity/model-config';

const plain = modelSchema.parse({});
const withEncoder = modelSchema.parse({ noFs2: false });

function millions(specs: readonly ParameterSpec[]): string {
  const sizes = specs.map((spec) => spec.shape.reduce((a, b) => a * b, 1));
  return (sizes.reduce((a, b) => a + b, 0) / 1e6).toFixed(2);
}

describe('the full-size model', () => {
  it('has the parameters and state_dict entries of the reference', () => {
    expect([parameterSpecs(plain).length, stateDictOrder(plain).length]).toEqual([196, 211]);
    expect([parameterSpecs(withEncoder).length, stateDictOrder(withEncoder).length]).toEqual([281, 297]);
    expect([bufferNames(plain).length, bufferNames(withEncoder).length]).toEqual([15, 16]);
  });

  it('has its size', () => {
    const denoiser = parameterSpecs(plain).filter((spec) => spec.name.startsWith('denoise_fn.'));
    expect(millions(denoiser)).toBe('31.96');
    expect(millions(parameterSpecs(plain))).toBe('33.71');
    expect(millions(parameterSpecs(withEncoder))).toBe('56.80');
  });

  it('has the optimiser indices of the reference', () => {
    const specs = parameterSpecs(plain);
    expect(specs[172]!.name).toBe('fs2.pitch_embed.weight');
    const dead = specs.flatMap((spec, i) => (spec.trained ? [] : [i]));
    expect(dead).toEqual([170, 171, ...Array.from({ length: 23 }, (_, i) => 173 + i)]);
    const block = 7;
    expect(
      specs.slice(6 + 8 * block, 14 + 8 * block).map((s) => s.name.split('.').slice(2).join('.')),
    ).toEqual(
      ['dilated_conv', 'diffusion_projection', 'conditioner_projection', 'output_projection'].flatMap((n) => [
        `${block}.${n}.weight`,
        `${block}.${n}.bias`,
      ]),
    );
  });
});

describe.each(['training_l2.safetensors', 'training_l1_fs2.safetensors'])('%s', (file) => {
  const fixture = openFixture(join(__dirname, '../golden'), file);
  const config = modelConfigOf(fixture.config);
  const names = fixture.names('init/').map((name) => name.slice('init/'.length));
  const predictorLayers = names.filter((name) => /pitch_predictor\.conv\.\d+\.1\.weight/.test(name)).length;

  it('has the same entries; the manifest lists them in the order of the state_dict', () => {
    const listed = Object.keys(fixture.entry.tensors ?? {}).filter((name) => name.startsWith('init/'));
    expect(stateDictOrder(config, predictorLayers)).toEqual(listed.map((name) => name.slice('init/'.length)));
  });

  it('has the same shapes and the same trained parameters', () => {
    const specs = parameterSpecs(config, predictorLayers);
    for (const spec of specs) expect(spec.shape, spec.name).toEqual(fixture.shape(`init/${spec.name}`));
    expect(
      specs
        .filter((spec) => spec.trained)
        .map((spec) => `grad1/model.${spec.name}`)
        .sort(),
    ).toEqual(fixture.names('grad1/').sort());
  });
});
