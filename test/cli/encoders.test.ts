/** Encoders and pitch nets from files, through the built command line: preprocess, train, resume, convert. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeWav } from '../../lib/audio/wav';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { swiftF0Model } from '../onnx/swift-f0-model';
import { runWell } from './cli-process';
import { refusal } from './refusal';
import { makeDataset, makeWorkplace, smallModel, trainArgs } from './small-voice';
import { sungWav } from './sung';

const golden = resolve(__dirname, '../golden/checkpoints');
const place = makeWorkplace();
const weights = place.at('hubert.pt');
const swiftF0 = swiftF0Model();

beforeAll(async () => {
  copyFileSync(join(golden, 'hubert_soft_flat.pt'), weights);
  writeFileSync(place.at('song.wav'), sungWav(30_001, 44_100, 220));
  await makeDataset(place);
});
afterAll(() => place.remove());

function convertArgs(voice: string): string[] {
  const files = ['--model', place.at(voice), '--out', place.at(`${voice}.wav`)];
  return ['convert', place.at('song.wav'), ...files, '--speedup', '100'];
}

/** Preprocesses, trains and converts with `features`; gives what the voice remembers. */
async function makeVoice(voice: string, ...features: string[]) {
  const settings = [...smallModel, ...features];
  await runWell('preprocess', '--data', place.at('data'), ...settings);
  await runWell(...trainArgs(place, place.at(voice), ...settings, '--steps', '4'));
  await runWell(...convertArgs(voice));
  const path = place.at(`${voice}.wav`);
  const { samples } = decodeWav(readFileSync(path), path);
  expect(samples.length).toBe(30_001);
  expect(samples.some((sample) => Math.abs(sample) > 1e-3)).toBe(true);
  return (await readCheckpoint(join(place.at(voice), 'model_ckpt_steps_4.ckpt'))).extra!;
}

test('HuBERT-soft from a file: the voice remembers which, and sings and trains with no other', async () => {
  const extra = await makeVoice('hubert', `features.encoder=hubert-soft:${weights}`, 'model.hiddenSize=16');
  expect(extra.encoderId).toMatch(/^hubert-soft:[0-9a-f]{16}$/);

  // the same tensors in another layout are another file
  copyFileSync(join(golden, 'hubert_soft_v02.pt'), weights);
  const hash = extra.encoderId.split(':')[1]!;
  expect(await refusal(...convertArgs('hubert'))).toMatchObject({
    code: 'other-encoder',
    message: expect.stringContaining(extra.encoderId),
    remedy: expect.stringContaining(`SHA-256 begins with ${hash} in DIFF_SVC_ENCODER`),
  });
  const resumed = trainArgs(place, place.at('hubert'), '--resume', 'latest', '--steps', '6');
  expect(await refusal(...resumed)).toMatchObject({
    code: 'other-encoder',
    message: expect.stringContaining(extra.encoderId),
  });
});

test('weights of another kind are refused by their name before anything is computed', async () => {
  const other = join(golden, 'nsf_hifigan/model');
  const settings = [...smallModel, `features.encoder=hubert-soft:${other}`];
  expect(await refusal('preprocess', '--data', place.at('data'), ...settings)).toMatchObject({
    code: 'encoder-weights',
    message: expect.stringMatching(/HuBERT-soft.*found NSF-HiFiGAN/),
  });
});

describe.skipIf(swiftF0 === null)('SwiftF0', () => {
  test('gives the F0 of a voice, which is not resumed nor sung with another', async () => {
    const net = place.at('swift-f0.onnx');
    copyFileSync(swiftF0!, net);
    const extra = await makeVoice('swift', `features.pitch=swift-f0:${net}`);
    expect(extra.pitchId).toMatch(/^swift-f0:6385e8c2ebc3872e:/);
    const resumed = trainArgs(place, place.at('swift'), '--resume', 'latest', '--steps', '6');
    expect(await refusal(...resumed, '--set', 'features.pitch=pyin')).toMatchObject({
      code: 'other-pitch',
      message: expect.stringContaining(extra.pitchId),
      remedy: expect.stringContaining('features.pitch'),
    });
    // another net under the old name
    copyFileSync(resolve(__dirname, '../onnx/crepe.onnx'), net);
    expect(await refusal(...convertArgs('swift'))).toMatchObject({
      code: 'other-pitch',
      remedy: expect.stringContaining('SHA-256 begins with 6385e8c2ebc3872e in DIFF_SVC_SWIFT_F0'),
    });
  });
});
