import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfigFile, mergeConfig, parseConfig } from '../../lib/config/load';
import { preset, presetNames } from '../../lib/config/presets';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The message of the UserError that `parse` throws. */
function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    expect(error).toMatchObject({ name: 'UserError', code: 'config-invalid' });
    return (error as Error).message;
  }
  throw new Error('Expected an error');
}

test('the defaults are the reference at 44.1 kHz (spec section a)', () => {
  const { audio, model, training } = preset('nsf-44k');
  expect(audio).toMatchObject({
    sampleRate: 44100,
    hopSize: 512,
    winSize: 2048,
    fftSize: 2048,
    melBins: 128,
  });
  expect(audio).toMatchObject({ fminHz: 40, fmaxHz: 16000, f0MinHz: 40, f0MaxHz: 1100 });
  expect(model).toMatchObject({
    hiddenSize: 256,
    residualChannels: 384,
    residualLayers: 20,
    timesteps: 1000,
  });
  expect(model).toMatchObject({ kStep: 1000, maxBeta: 0.02, noFs2: true, output: 'noise' });
  expect(training).toMatchObject({ learningRate: 8e-4, betas: [0.9, 0.98], eps: 1e-8, weightDecay: 0 });
  expect(training).toMatchObject({
    maxSentences: 88,
    maxTokens: 128000,
    checkpointInterval: 2000,
    numCkptKeep: 10,
  });
});

test('every preset is valid; an unknown one names them', () => {
  for (const name of presetNames) expect(preset(name)).toEqual(parseConfig(preset(name), name));
  expect(preset('demo').model).toMatchObject({ residualChannels: 128, output: 'x0' });
  expect(() => preset('Demo')).toThrow(/nsf-44k, demo.*got "Demo"/);
});

test('all problems come in one error, with key, rule and value', () => {
  const message = messageOf(() =>
    parseConfig({ training: { learningRate: -1, maxUpdates: 2.5 }, audio: { hopSize: 'x' } }, 'voice.yaml'),
  );
  expect(message).toMatch(/voice\.yaml, found 3 problems/);
  expect(message).toMatch(/training\.learningRate: .*>0 \(got -1\)/);
  expect(message).toMatch(/training\.maxUpdates: .*int.* \(got 2\.5\)/);
  expect(message).toMatch(/audio\.hopSize: .*number.* \(got "x"\)/);
});

test.each([
  [
    { training: { learningrate: 1 } },
    'training.learningrate: unknown key, did you mean training.learningRate?',
  ],
  [{ model: { hopSize: 1 } }, 'model.hopSize: unknown key, did you mean audio.hopSize?'],
  [{ hop_size: 1 }, 'hop_size: unknown key, did you mean audio.hopSize?'],
  [{ training: { lr: 1 } }, 'training.lr: unknown key, did you mean training.learningRate?'],
  [{ inferense: {} }, 'inferense: unknown key, did you mean inference?'],
  [{ zzzzzzzz: 1 }, 'zzzzzzzz: unknown key\n'],
  [JSON.parse('{"training":{"__proto__":{}}}'), 'training.__proto__: unknown key'],
  [JSON.parse('{"constructor":1}'), 'constructor: unknown key'],
])('unknown keys are refused: %j', (value, line) => {
  expect(`${messageOf(() => parseConfig(value, 'x'))}\n`).toContain(line);
});

test.each([
  [{ audio: { fmaxHz: 23000 } }, /audio\.fmaxHz: .*half/],
  [{ audio: { fminHz: 17000 } }, /audio\.fminHz: .*below/],
  [{ audio: { winSize: 4096 } }, /audio\.winSize/],
  [{ audio: { f0MinHz: 2000 } }, /audio\.f0MinHz: .*below/],
  [{ audio: { melBins: 80 } }, /model\.melBins: .*equal audio\.melBins.*\(got 128 and 80\)/],
  [{ model: { kStep: 1001 } }, /model\.kStep: .*timesteps/],
  [{ model: { residualChannels: 15 } }, /model\.residualChannels: .*even/],
  [{ model: { noFs2: false, hiddenSize: 255 } }, /model\.hiddenSize: .*even/],
  [{ model: { fs2: { ffnKernelSize: 4 } } }, /model\.fs2\.ffnKernelSize: .*odd/],
  [{ model: { specMin: [1, 2] } }, /model\.specMin: .*one per mel bin/],
  [{ training: { betas: [0.9, 1] } }, /training\.betas\.1: /],
  [{ inference: { melMin: 2 } }, /inference\.melMin: .*below/],
  [null, /the whole: /],
])('values that cannot go together are refused: %j', (value, message) => {
  expect(messageOf(() => parseConfig(value, 'x'))).toMatch(message);
});

test('overrides are laid over key by key, arrays whole', () => {
  const config = mergeConfig(preset('demo'), { training: { seed: 7 }, model: { specMin: [-6] } }, 'x');
  const demo = preset('demo');
  expect(config).toEqual({
    ...demo,
    training: { ...demo.training, seed: 7 },
    model: { ...demo.model, specMin: [-6] },
  });
  expect(messageOf(() => mergeConfig(demo, { training: { seeed: 7 } }, '--set'))).toContain(
    'did you mean training.seed?',
  );
  expect(messageOf(() => mergeConfig(demo, { training: 3 }, '--set'))).toContain('training: ');
  expect(messageOf(() => mergeConfig(demo, JSON.parse('{"__proto__":{"seed":1}}'), '--set'))).toContain(
    '__proto__',
  );
  expect(({} as Record<string, unknown>).seed).toBeUndefined();
});

test.each([
  ['a.yaml', 'training:\n  seed: 5 # comment\n'],
  ['a.json', '{"training": {"seed": 5}}'],
  ['config.yaml', 'audio_sample_rate: 44100\nseed: 5\n'],
])('a file is read: %s', async (name, text) => {
  writeFileSync(join(folder, name), text);
  expect((await loadConfigFile(join(folder, name))).training.seed).toBe(5);
});

test.each([
  ['tag.yaml', 'a: !!python/object/apply:os.system [x]', /tag/],
  ['js.yaml', 'a: !!js/function "x"', /tag/],
  ['broken.yaml', 'a: [1', /line 1/],
  ['twice.yaml', 'training: {}\ntraining: {}\n', /unique/],
  ['list.yaml', '- 1', /no mapping/],
  ['empty.yaml', '', /no mapping/],
  [
    'bomb.yaml',
    `a: &a [x,x]\n${Array.from({ length: 12 }, (_, i) => `k${i}: &${'bcdefghijklm'[i]} [*${'abcdefghijkl'[i]},*${'abcdefghijkl'[i]}]`).join('\n')}`,
    /alias/i,
  ],
  ['long.yaml', `a: ${'x'.repeat(1_000_001)}`, /at most 1000000/],
])('a file that is no plain data is refused: %s', async (name, text, message) => {
  writeFileSync(join(folder, name), text);
  await expect(loadConfigFile(join(folder, name))).rejects.toMatchObject({
    code: 'config-unreadable',
    message: expect.stringMatching(message),
  });
});

test('a file that is not there', async () => {
  await expect(loadConfigFile(join(folder, 'none.yaml'))).rejects.toMatchObject({
    code: 'config-unreadable',
  });
});
