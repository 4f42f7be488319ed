import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { loadEngine } from '../../lib/engine/backend';
import { createEagerTrainer } from '../../lib/training/eager-trainer';
import { loadStart, type ResumeRules } from '../../lib/training/resume';
import { tinyConfig } from '../support/synthetic-dataset';

const config = tinyConfig();
const folder = mkdtempSync(join(tmpdir(), 'diff-svc-resume-'));
const path = join(folder, 'model_ckpt_steps_5.ckpt');
const foreign = join(folder, 'foreign', 'model_ckpt_steps_5.ckpt');

beforeAll(async () => {
  await loadEngine();
  const trainer = createEagerTrainer(config, null);
  const state = await trainer.state();
  trainer.dispose();
  const extra: Checkpoint['extra'] = {
    formatVersion: 1,
    config: JSON.stringify(config),
    seed: config.training.seed,
    datasetFingerprint: 'data',
    encoderId: 'mfcc-test',
    pitchId: 'pitch',
    profile: { encoder: 'mfcc-test', values: { codebook: Array.from({ length: 2000 }, (_, i) => i / 4) } },
    retrieval: null,
  };
  await writeCheckpoint(path, { step: 5, epoch: 0, ...state, extra });
  mkdirSync(join(folder, 'foreign'));
  await writeCheckpoint(foreign, { step: 5, epoch: 0, ...state, extra: null });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rules(changes: Partial<ResumeRules> = {}, notices: string[] = []): ResumeRules {
  return {
    saveDir: folder,
    model: config.model,
    training: config.training,
    compat: config.compat,
    encoderId: 'mfcc-test',
    pitchId: 'pitch',
    datasetFingerprint: 'data',
    allowOtherData: false,
    notice: (message) => notices.push(message),
    ...changes,
  };
}

describe('loadStart', () => {
  test('the same settings: no notice; long lists of a profile survive the file', async () => {
    const notices: string[] = [];
    const start = await loadStart('latest', rules({}, notices));
    expect(notices).toEqual([]);
    const codebook = start!.extra!.profile.values.codebook as number[];
    expect(codebook).toEqual(Array.from({ length: 2000 }, (_, i) => i / 4));
  });

  test('other settings of training: goes on, and says that it is not bit for bit', async () => {
    const notices: string[] = [];
    const training = { ...config.training, seed: 7 };
    expect(await loadStart({ path }, rules({ training }, notices))).not.toBeNull();
    expect(notices.join()).toContain('training.seed was 1234 and is 7');
  });

  test.each([
    ['what the network predicts', { output: 'x0' as const }, 'model.output'],
    ['dilations', { dilationCycleLength: 2 }, 'model.dilationCycleLength'],
  ])('another model that shapes do not show: %s', async (_, change, named) => {
    const model = { ...config.model, ...change };
    await expect(loadStart({ path }, rules({ model }))).rejects.toMatchObject({
      code: 'other-architecture',
      message: expect.stringContaining(named),
    });
  });

  test('a file of Diff-SVC knows HuBERT units only', async () => {
    await expect(loadStart({ path: foreign }, rules())).rejects.toMatchObject({ code: 'other-encoder' });
    expect(await loadStart({ path: foreign }, rules({ encoderId: 'hubert-soft-1' }))).not.toBeNull();
  });

  test('F0 of another net is refused with the fix, unless the data may change', async () => {
    const pitchId = 'swift-f0:0123456789abcdef:40-1100';
    await expect(loadStart({ path }, rules({ pitchId }))).rejects.toMatchObject({
      code: 'other-pitch',
      message: expect.stringMatching(/F0 of pitch.*got swift-f0:0123456789abcdef/),
      remedy: expect.stringContaining('features.pitch'),
    });
    expect(await loadStart({ path }, rules({ pitchId, allowOtherData: true }))).not.toBeNull();
  });

  test('an empty folder: a new run, said', async () => {
    const notices: string[] = [];
    const empty = join(folder, 'empty');
    expect(await loadStart('latest', rules({ saveDir: empty }, notices))).toBeNull();
    expect(notices.join()).toContain('a new run begins');
  });
});
