/** `diff-svc import` on files that the reference wrote (test/golden/checkpoints). */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runWell } from './cli-process';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
const path = join(folder, 'model_ckpt_steps_4000.ckpt');
beforeAll(() => copyFileSync(join(__dirname, '../golden/checkpoints/model_ckpt_steps_4000.ckpt'), path));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const flat = {
  audio_sample_rate: 44100,
  audio_num_mel_bins: 8,
  hidden_size: 8,
  residual_channels: 16,
  residual_layers: 4,
  no_fs2: true,
};

async function described(yaml: object | null): Promise<Record<string, unknown>> {
  // JSON is YAML
  if (yaml !== null) writeFileSync(join(folder, 'config.yaml'), JSON.stringify(yaml));
  return JSON.parse((await runWell('import', path, '--json')).out);
}

test('says what the file is, and whether its config.yaml is there and fits', async () => {
  expect(await described(null)).toMatchObject({
    step: 4000,
    form: 'full',
    writtenBy: 'another program',
    architecture: { melBins: 8, residualChannels: 16, residualLayers: 4, hiddenSize: 8, timesteps: 1000 },
    config: { where: 'missing', settings: null, problem: null },
  });
  expect((await described(flat)).config).toMatchObject({
    where: 'config.yaml beside it',
    settings: { features: { encoder: 'hubert-soft', vocoder: 'nsf-hifigan' } },
    problem: null,
  });
  expect((await described({ ...flat, residual_layers: 20 })).config).toMatchObject({
    problem: expect.stringMatching(/residual_layers\.4\..* found none/),
  });
  expect((await described({ ...flat, audio_sample_rate: 24000 })).config).toMatchObject({
    problem: expect.stringContaining('audio_sample_rate 24000'),
  });
});

test('says it in words', async () => {
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(flat));
  const { out } = await runWell('import', path);
  expect(out).toMatch(
    /^Config {6}config\.yaml beside it: 44100 Hz, hop 512, hubert-soft, pyin, nsf-hifigan$/m,
  );
});
