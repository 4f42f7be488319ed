import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import { describeCheckpoint } from '../../lib/checkpoint/describe';
import { exportCheckpoint } from '../../lib/checkpoint/export';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { fromReferenceYaml } from '../../lib/config/reference-keys';
import { initialWeights } from '../../lib/model/initial-weights';
import { readSafetensors, toFloat32 } from '../../lib/storage/safetensors';
import { smallConfig } from '../support/small-model';
import { plainExtra } from './samples';

const config = smallConfig();
const weights = initialWeights(config.model, 3);
const folder = mkdtempSync(join(tmpdir(), 'export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const voice: Checkpoint = {
  step: 12,
  epoch: 1,
  weights,
  optimizer: null,
  extra: plainExtra(config),
};

describe('exportCheckpoint', () => {
  test('slim keeps what conversion needs', async () => {
    const [path] = await exportCheckpoint(voice, 'slim', folder, 'voice');
    const back = await readCheckpoint(path!);
    expect(back.extra).toEqual(voice.extra);
    expect(back.weights.get('denoise_fn.mlp.0.weight')?.data).toEqual(
      weights.get('denoise_fn.mlp.0.weight')?.data,
    );
  });

  test('diff-svc: nothing of ours in the file, the configuration beside it', async () => {
    const [path, yaml] = await exportCheckpoint(voice, 'diff-svc', folder, 'voice');
    expect((await readCheckpoint(path!)).extra).toBeNull();
    expect(fromReferenceYaml(readFileSync(yaml!, 'utf8'), 'config.yaml').config).toEqual(config);
  });

  test('safetensors holds every weight by name', async () => {
    const [path] = await exportCheckpoint(voice, 'safetensors', folder, 'voice');
    const file = await readSafetensors(path!);
    expect([...file.tensors.keys()].sort()).toEqual([...weights.keys()].sort());
    for (const [name, { shape, data }] of weights) {
      expect(file.tensors.get(name)?.shape).toEqual(shape);
      expect(toFloat32(file.tensors.get(name)!, name)).toEqual(data);
    }
  });

  test('a file of another program has no configuration to write', async () => {
    const foreign = { ...voice, extra: null };
    await expect(exportCheckpoint(foreign, 'diff-svc', folder, 'x.ckpt')).rejects.toMatchObject({
      code: 'export-no-config',
    });
  });
});

describe('describeCheckpoint', () => {
  test('reads the architecture off the weights', () => {
    const facts = describeCheckpoint(voice);
    const { melBins, residualChannels, residualLayers, hiddenSize, timesteps, maxBeta } = config.model;
    expect(facts.architecture).toEqual({
      melBins,
      residualChannels,
      residualLayers,
      hiddenSize,
      timesteps,
      maxBeta,
      fs2Encoder: false,
    });
    expect(facts.specRange).toEqual([-5, 0]);
    expect(facts.notFinite).toEqual([]);
  });

  test('sees damage and bins without range', () => {
    const bad = new Map(weights);
    bad.set('spec_max', weights.get('spec_min')!);
    bad.set('denoise_fn.mlp.0.bias', { shape: [32], data: new Float32Array(32).fill(Number.NaN) });
    const facts = describeCheckpoint({ ...voice, weights: bad });
    expect(facts.emptyMelBins).toBe(config.model.melBins);
    expect(facts.notFinite).toEqual(['denoise_fn.mlp.0.bias']);
  });
});
