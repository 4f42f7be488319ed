/** `diff-svc export --format onnx` but for the command line: files, report, refusals. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { exportOnnx } from '../../lib/assembly/export-onnx';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { initialWeights } from '../../lib/model/initial-weights';
import { deviationOf } from '../../lib/onnx-export/parity';
import { exportVocoder } from '../../lib/onnx-export/vocoder';
import { Philox, streams } from '../../lib/random/philox';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { plainExtra } from '../checkpoint/samples';
import { smallConfig } from '../support/small-model';
import { even, randomState } from '../vocoder/nsf-example';
import { hasRuntime } from './runtime';

const golden = join(__dirname, '../golden/checkpoints');
const vocoder = join(golden, 'nsf_hifigan');
const folder = mkdtempSync(join(tmpdir(), 'onnx-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());
beforeAll(() => {
  mkdirSync(join(folder, 'assets'));
  vi.stubEnv('DIFF_SVC_ASSETS', join(folder, 'assets'));
});

const config = smallConfig();
const session = { notice: () => undefined };

function voice(output: 'noise' | 'x0' = 'noise'): Checkpoint {
  const { model } = smallConfig({ model: { output } });
  const weights = initialWeights(model, 3);
  const last = weights.get('denoise_fn.output_projection.weight')!;
  last.data.set(new Philox(3, streams.init, 99).normals(last.data.length));
  return { step: 12, epoch: 1, weights, optimizer: null, extra: plainExtra({ ...config, model }) };
}

function outFolder(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

describe('exportOnnx', () => {
  test.skipIf(!hasRuntime)('both nets are run by onnxruntime and equal ours, by the report', async () => {
    const out = outFolder('both');
    const { files, parity } = await exportOnnx(
      { checkpoint: voice(), path: 'alice.ckpt', vocoder },
      out,
      session,
    );
    expect(files.map((file) => file.slice(out.length + 1))).toEqual([
      'denoiser.onnx',
      'vocoder.onnx',
      'parity.json',
      'parity.txt',
    ]);
    expect(parity.map(({ file, passed }) => [file, passed])).toEqual([
      ['denoiser.onnx', true],
      ['vocoder.onnx', true],
    ]);
    const report = JSON.parse(readFileSync(join(out, 'parity.json'), 'utf8'));
    expect(report.nets).toEqual(parity);
    for (const { cases } of report.nets) {
      expect(cases).toHaveLength(2);
      // an error of exactly 0 would mean that something was compared with itself
      for (const { errorDb } of cases) expect(errorDb).toBeLessThan(-90);
    }
    expect(readFileSync(join(out, 'parity.txt'), 'utf8')).toMatch(
      /denoiser\.onnx: run by onnxruntime it equals/,
    );
  });

  test.skipIf(!hasRuntime)('a network that predicts the clean mel', async () => {
    const { parity } = await exportOnnx(
      { checkpoint: voice('x0'), path: 'x0.ckpt' },
      outFolder('x0'),
      session,
    );
    expect(parity.map(({ passed }) => passed)).toEqual([true]);
  });

  test.skipIf(!hasRuntime)('a voice of Diff-SVC, by the config.yaml beside it', async () => {
    const place = outFolder('imported');
    const path = join(place, 'model_ckpt_steps_4000.ckpt');
    copyFileSync(join(golden, 'model_ckpt_steps_4000.ckpt'), path);
    const checkpoint = await readCheckpoint(path);
    await expect(exportOnnx({ checkpoint, path }, place, session)).rejects.toMatchObject({
      code: 'export-no-config',
    });
    const yaml = ['residual_channels: 16', 'hidden_size: 8', 'audio_num_mel_bins: 8', 'no_fs2: true', ''];
    writeFileSync(join(place, 'config.yaml'), yaml.join('\n'));
    await expect(exportOnnx({ checkpoint, path }, place, session)).rejects.toMatchObject({
      code: 'other-architecture',
    });
    expect(existsSync(join(place, 'denoiser.onnx'))).toBe(false);
    writeFileSync(join(place, 'config.yaml'), [...yaml, 'residual_layers: 4', ''].join('\n'));
    const { parity } = await exportOnnx({ checkpoint, path }, place, session);
    expect(parity.map(({ passed }) => passed)).toEqual([true]);
  });

  test.skipIf(!hasRuntime)('a vocoder of other rates, with single convolutions per block', async () => {
    const files = { config: parseNsfConfig(even), state: randomState(), sha256: '0'.repeat(64) };
    const { passed, cases } = await exportVocoder(files, join(outFolder('even'), 'vocoder.onnx'));
    expect(passed).toBe(true);
    for (const { errorDb } of cases) expect(errorDb).toBeLessThan(-90);
  });

  test('weights of a public release are not exported, whatever the file is called', async () => {
    const assets = join(folder, 'assets');
    vi.stubEnv('DIFF_SVC_ASSETS', assets);
    mkdirSync(join(assets, 'nsf-hifigan-2024.02'), { recursive: true });
    copyFileSync(join(vocoder, 'model'), join(assets, 'nsf-hifigan-2024.02', 'model.ckpt'));
    const out = outFolder('refused');
    await expect(
      exportOnnx({ checkpoint: voice(), path: 'alice.ckpt', vocoder }, out, session),
    ).rejects.toMatchObject({
      code: 'vocoder-not-exported',
      message: expect.stringMatching(/nsf-hifigan-2024\.02 \(CC-BY-NC-SA-4\.0, SHA-256 [0-9a-f]{64}\)/),
    });
    expect(existsSync(join(out, 'denoiser.onnx'))).toBe(false);
  });
});

describe('deviationOf', () => {
  const ours = Float32Array.of(1, -2, 0, 4);

  test('largest error, decibels, tolerance', () => {
    const theirs = Float32Array.of(1, -2, 0.5, 4);
    const { maxAbsError, errorDb, withinTolerance } = deviationOf({ inputs: 'x', ours }, theirs, {
      atol: 0.5,
      rtol: 0,
    });
    // error power 0.25, signal power 21
    expect([maxAbsError, withinTolerance]).toEqual([0.5, true]);
    expect(errorDb).toBeCloseTo(-19.243, 3);
    expect(deviationOf({ inputs: 'x', ours }, theirs, { atol: 0.4, rtol: 9 }).withinTolerance).toBe(false);
  });

  test.each([
    ['NaN', Float32Array.of(1, Number.NaN, 0, 4)],
    ['too few values', Float32Array.of(1, -2, 0)],
  ])('%s are not equal', (_, theirs) => {
    expect(deviationOf({ inputs: 'x', ours }, theirs, { atol: 1, rtol: 1 }).withinTolerance).toBe(false);
  });
});
