import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { loadEngine } from '../../lib/engine/backend';
import { initialWeights } from '../../lib/model/initial-weights';
import { parameterSpecs } from '../../lib/model/parameters';
import { type BaseVoiceRules, loadBaseVoice } from '../../lib/training/base-voice';
import { createEagerTrainer } from '../../lib/training/eager-trainer';
import { smallConfig } from '../support/small-model';

const donor = smallConfig({ model: { specMin: [-9], specMax: [-1] } });
const config = smallConfig({ model: { specMin: [-4], specMax: [0] }, training: { seed: 99 } });
const folder = mkdtempSync(join(tmpdir(), 'base-voice-'));
const path = join(folder, 'model_ckpt_steps_400000.ckpt');
const weights = initialWeights(donor.model, 7);

beforeAll(async () => {
  await loadEngine();
  await writeCheckpoint(path, { step: 400_000, epoch: 3, weights, optimizer: null, extra: null });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rules(changes: Partial<BaseVoiceRules> = {}, notices: string[] = []): BaseVoiceRules {
  return { config, encoderId: 'hubert-soft', notice: (text) => notices.push(text), ...changes };
}

describe('loadBaseVoice', () => {
  test('weights of the donor, range of the data, step 0, no optimiser', async () => {
    const start = await loadBaseVoice(path, rules());
    for (const { name } of parameterSpecs(config.model).filter(({ trained }) => trained)) {
      expect(start.weights.get(name)?.data).toEqual(weights.get(name)?.data);
    }
    expect(start.weights.get('spec_min')?.data).toEqual(new Float32Array(6).fill(-4));
    expect(start.weights.get('spec_max')?.data).toEqual(new Float32Array(6).fill(0));
    expect([start.step, start.epoch, start.optimizer]).toEqual([0, 0, null]);
  });

  test('a trainer begins with it, and a checkpoint of it is whole', async () => {
    const trainer = createEagerTrainer(config, await loadBaseVoice(path, rules()));
    const state = await trainer.state();
    trainer.dispose();
    const saved = join(folder, 'model_ckpt_steps_0.ckpt');
    await writeCheckpoint(saved, { step: 0, epoch: 0, ...state, extra: null });
    const back = await readCheckpoint(saved);
    expect([...back.weights.keys()]).toEqual([...weights.keys()]);
    expect(back.weights.get('denoise_fn.mlp.0.weight')?.data).toEqual(
      weights.get('denoise_fn.mlp.0.weight')?.data,
    );
    expect(back.optimizer?.step).toBe(0);
  });

  test.each<[string, Partial<BaseVoiceRules>, string]>([
    ['of another width', { config: smallConfig({ model: { residualChannels: 16 } }) }, 'other-architecture'],
    ['with other noise', { config: smallConfig({ model: { maxBeta: 0.01 } }) }, 'other-schedule'],
    ['of another encoder', { encoderId: 'phone-net' }, 'other-encoder'],
  ])('refuses a voice %s', async (_, changes, code) => {
    await expect(loadBaseVoice(path, rules(changes))).rejects.toMatchObject({ code });
  });

  test('names what it leaves out', async () => {
    const withEncoder = smallConfig({ model: { noFs2: false } });
    const other = join(folder, 'model_ckpt_steps_1.ckpt');
    const all = initialWeights(withEncoder.model, 7);
    await writeCheckpoint(other, { step: 1, epoch: 0, weights: all, optimizer: null, extra: null });
    const notices: string[] = [];
    await loadBaseVoice(other, rules({}, notices));
    expect(notices[0]).toMatch(/Not used: fs2\.encoder, fs2\.decoder \(\d+ tensors\)/);
  });
});
