import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { mergeConfig } from '../../lib/config/load';
import { preset } from '../../lib/config/presets';
import { fromReferenceYaml, toReferenceYaml } from '../../lib/config/reference-keys';

/** As PyYAML dumps the reference's configuration: sorted keys, block lists, floats with a point. */
const REFERENCE = `
K_step: 1000
accumulate_grad_batches: 1
audio_num_mel_bins: 128
audio_sample_rate: 44100
binary_data_dir: data/binary/voice
clip_grad_norm: 1
decay_steps: 60000
diff_loss_type: l1
endless_ds: true
hidden_size: 256
hop_size: 512
hubert_path: checkpoints/hubert/hubert_soft.pt
lr: 0.0004
max_sentences: 24
no_fs2: true
num_ckpt_keep: 3
pndm_speedup: 20
residual_channels: 256
save_best: false
schedule_type: linear
spec_max:
- 0.5
spec_min:
- -6.25
use_crepe: true
use_uv: false
val_check_interval: 500
vocoder_ckpt: checkpoints/nsf_hifigan/model
`;

test('known keys are mapped, the rest has our defaults, defects are kept', () => {
  const { config, notes } = fromReferenceYaml(REFERENCE, 'config.yaml');
  expect(notes).toEqual([]);
  expect(config.model).toMatchObject({
    residualChannels: 256,
    residualLayers: 20,
    noFs2: true,
    output: 'noise',
  });
  expect(config.model).toMatchObject({ specMin: [-6.25], specMax: [0.5] });
  expect(config.training).toMatchObject({
    loss: 'l1',
    learningRate: 4e-4,
    decaySteps: 60000,
    schedule: 'step',
  });
  expect(config.training).toMatchObject({
    maxSentences: 24,
    numCkptKeep: 3,
    checkpointInterval: 500,
    endlessDs: true,
  });
  expect(config.inference.speedup).toBe(20);
  expect(Object.values(config.compat)).toEqual(Array(6).fill(true));
});

test('an absent no_fs2 means that the encoder is present', () => {
  expect(fromReferenceYaml('lr: 0.1', 'x').config.model.noFs2).toBe(false);
  expect(preset('nsf-44k').model.noFs2).toBe(true);
});

test('unknown keys are noted once', () => {
  const { notes } = fromReferenceYaml(`${REFERENCE}\nmy_key: 1\nother: [2]\n`, 'config.yaml');
  expect(notes).toEqual([expect.stringContaining('my_key, other')]);
});

test.each([
  [
    'audio_sample_rate: 24000',
    'config-unsupported',
    /44100 Hz voice in config\.yaml, got audio_sample_rate 24000/,
  ],
  ['lr: 1\naudio_sample_rate: "44100"', 'config-unsupported', /audio_sample_rate "44100"/],
  ['use_uv: true\nlr: 1', 'config-unsupported', /use_uv: false in config\.yaml, got true/],
  ['schedule_type: cosine', 'config-unsupported', /schedule_type: linear/],
  ['hop_size: -1\nlr: x', 'config-invalid', /hop_size: .*\(got -1\)\n {2}lr: .*\(got "x"\)/],
  ['spec_min: [1, 2]', 'config-invalid', /spec_min: .*one per mel bin/],
  ['diff_loss_type: huber', 'config-invalid', /diff_loss_type: /],
  [
    'diff_svc_ts: {training: {sed: 1}}',
    'config-invalid',
    /diff_svc_ts of config\.yaml[\s\S]*did you mean training\.seed/,
  ],
])('what cannot be honoured is refused: %j', (text, code, message) => {
  expect(() => fromReferenceYaml(text, 'config.yaml')).toThrow(
    expect.objectContaining({ name: 'UserError', code, message: expect.stringMatching(message) }),
  );
});

test('what is written reads back exactly, every section', () => {
  for (const base of [preset('nsf-44k'), preset('demo')]) {
    const specMin = Array.from({ length: 128 }, (_, i) => Math.fround(-11.5 + i / 7));
    const config = mergeConfig(
      base,
      { model: { specMin, specMax: specMin.map((v) => v + 9) }, training: { eps: 1e-9, learningRate: 3e-7 } },
      'x',
    );
    expect(fromReferenceYaml(toReferenceYaml(config), 'config.yaml')).toEqual({ config, notes: [] });
  }
});

test('the flat part is what the reference reads', () => {
  const config = mergeConfig(preset('demo'), { training: { learningRate: 2e-7, eps: 1e-8 } }, 'x');
  const text = toReferenceYaml(config);
  const flat = parse(text);
  // the keys and values of spec section a
  expect(flat).toMatchObject({
    audio_sample_rate: 44100,
    hop_size: 512,
    keep_bins: 128,
    residual_channels: 128,
  });
  expect(flat).toMatchObject({
    no_fs2: true,
    use_pitch_embed: true,
    f0_bin: 256,
    pitch_norm: 'log',
    lr: 2e-7,
  });
  // YAML 1.1, which Python reads: a float has a point and a signed exponent
  expect(text).toMatch(/^lr: 2\.0e-7$/m);
  // without our block it is a configuration of the reference
  const { config: imported } = fromReferenceYaml(text.slice(0, text.indexOf('diff_svc_ts:')), 'x');
  expect(imported.training.learningRate).toBe(2e-7);
  expect(imported.model.residualChannels).toBe(128);
});

test('an edit of the flat part has no effect, and that is said', () => {
  const text = toReferenceYaml(preset('demo')).replace(/^lr: .*$/m, 'lr: 0.5');
  const { config, notes } = fromReferenceYaml(text, 'config.yaml');
  expect(config).toEqual(preset('demo'));
  expect(notes).toEqual([expect.stringMatching(/^lr in config\.yaml differs/)]);
});
