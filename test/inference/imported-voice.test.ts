/** Voices of the Python Diff-SVC: a .ckpt without anything of ours, its config.yaml beside it, real parts. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import { createPyin } from '../../lib/audio/pyin';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { type Config, modelSchema } from '../../lib/config/schema';
import { createHubertSoft, type HubertSoft } from '../../lib/encoder/hubert-soft/hubert-soft';
import { loadEngine } from '../../lib/engine/backend';
import { convert } from '../../lib/inference/convert';
import { type LoadVoiceOptions, loadVoice } from '../../lib/inference/load-voice';
import { createMelSampler } from '../../lib/inference/mel-sampler';
import type { Voice } from '../../lib/inference/voice';
import { initialWeights } from '../../lib/model/initial-weights';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { createNsfHifigan } from '../../lib/vocoder/nsf-hifigan/nsf-hifigan';
import { openFixture } from '../parity/fixtures';
import { tensorsUnder } from '../parity/tensors';

const golden = join(__dirname, '../golden');
/** Networks of the reference's whole conversion: denoiser, HuBERT-soft, NSF-HiFiGAN, at reduced width. */
const fixture = openFixture(golden, 'inference.safetensors');
const folder = mkdtempSync(join(tmpdir(), 'imported-'));
const noticed: string[] = [];
let hubert: HubertSoft;

const flat = {
  audio_sample_rate: 44100,
  audio_num_mel_bins: 128,
  hidden_size: fixture.config.hidden,
  residual_channels: fixture.config.res,
  residual_layers: fixture.config.layers,
  K_step: 1000,
  no_fs2: true,
  pndm_speedup: 200,
  spec_min: [-9],
  spec_max: [9],
};

beforeAll(async () => {
  await loadEngine();
  hubert = createHubertSoft(tensorsUnder(fixture, 'hubert/'), {
    heads: fixture.config.heads,
    id: 'hubert-soft:x',
  });
});
afterAll(() => {
  hubert.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder as people pass voices on, with the mel range `low` to `low + 5` in the file. */
async function voiceFolder(name: string, low: number, yaml: object | null): Promise<string> {
  const { hidden, res, layers } = fixture.config;
  const model = modelSchema.parse({
    hiddenSize: hidden,
    residualChannels: res,
    residualLayers: layers,
    specMin: [low],
    specMax: [low + 5],
  });
  const weights = initialWeights(model, 1);
  for (const [key, tensor] of tensorsUnder(fixture, 'model/')) weights.set(key, tensor);
  const place = join(folder, name);
  mkdirSync(place);
  const path = join(place, 'clean_model_ckpt_steps_4000.ckpt');
  await writeCheckpoint(path, { step: 4000, epoch: 1, weights, optimizer: null, extra: null });
  // JSON is YAML
  if (yaml !== null) writeFileSync(join(place, 'config.yaml'), JSON.stringify(yaml));
  return place;
}

const options: LoadVoiceOptions = {
  partsOf: (config: Config) => {
    const vocoder = parseNsfConfig(fixture.config.vocoder);
    return {
      config,
      encoder: hubert,
      pitch: createPyin(config.audio),
      vocoder: createNsfHifigan(tensorsUnder(fixture, 'vocoder/'), vocoder, config.audio, 'nsf-hifigan:x'),
    };
  },
  createSampler: createMelSampler,
  notice: (text) => noticed.push(text),
};

function dispose(voice: Voice): void {
  voice.sampler.dispose();
  voice.vocoder.dispose?.();
}

describe('a voice of the Python Diff-SVC', () => {
  test('sings a song, with the names and the ways of the reference', async () => {
    const place = await voiceFolder('sings', -5, { ...flat, my_note: 'x' });
    const voice = await loadVoice(place, options);
    const { features, compat, inference, model } = voice.config;
    expect([features.encoder, features.vocoder]).toEqual(['hubert-soft', 'nsf-hifigan']);
    expect(Object.values(compat)).toEqual(Object.values(compat).map(() => true));
    expect([inference.speedup, model.kStep, model.hiddenSize]).toEqual([200, 1000, fixture.config.hidden]);
    expect(voice.profile).toEqual({ encoder: 'hubert-soft:x', values: {} });
    expect(noticed.join()).toContain('my_note');
    const samples = fixture.data('in_pcm').map((v) => v / 2 ** 15);
    const sung = await convert(
      voice,
      { samples, sampleRate: 44100 },
      { ...inference, progress: () => undefined, signal: new AbortController().signal },
    );
    dispose(voice);
    expect(sung.audio.samples.length).toBe(samples.length);
    expect(sung.audio.samples.every(Number.isFinite)).toBe(true);
    expect(sung.audio.samples.some((v) => Math.abs(v) > 0.01)).toBe(true);
    // the reference cuts this song into the same pieces
    const cuts = [...fixture.ints('chunks')];
    expect(sung.slices.flatMap(({ silent, start, end }) => [Number(silent), start, end])).toEqual(cuts);
  });

  test('has the mel range of the file, not of its config.yaml', async () => {
    const mels: FrameMatrix[] = [];
    for (const low of [-5, -4]) {
      const voice = await loadVoice(await voiceFolder(`range${low}`, low, flat), options);
      const frames = 20;
      const request = {
        condition: {
          units: { data: new Float32Array(10 * 12).fill(0.1), frames: 10, width: 12 },
          mel2ph: Int32Array.from({ length: frames }, (_, t) => 1 + Math.floor(t / 2)),
          f0Log2: new Float32Array(frames).fill(8),
        },
        seed: 1,
        index: 0,
        onStep: () => undefined,
        signal: new AbortController().signal,
      };
      mels.push(...(await voice.sampler.sample([request])));
      dispose(voice);
    }
    // (x + 1) / 2 * (max - min) + min: a range that lies 1 higher moves every value by 1
    mels[1]!.data.forEach((value, i) => {
      expect(value - mels[0]!.data[i]!).toBeCloseTo(1, 4);
    });
  });

  test.each<[string, object | null, string, RegExp]>([
    ['without config.yaml', null, 'no-voice-data', /no config\.yaml lies beside it/],
    ['at 24 kHz', { ...flat, audio_sample_rate: 24000 }, 'config-unsupported', /audio_sample_rate 24000/],
    ['with another kind of pitch input', { ...flat, use_uv: true }, 'config-unsupported', /use_uv: false/],
    ['of another width', { ...flat, residual_channels: 32 }, 'other-architecture', /input_projection/],
    ['with another schedule', { ...flat, timesteps: 100, K_step: 100 }, 'other-schedule', /100 steps/],
    [
      'that was ours, and lost what our encoder needs',
      { diff_svc_ts: { features: { encoder: 'mfcc' } } },
      'no-voice-data',
      /names mfcc/,
    ],
  ])('is refused %s', async (name, yaml, code, message) => {
    const place = await voiceFolder(name, -5, yaml);
    await expect(loadVoice(place, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('is named when a folder holds several', async () => {
    const place = await voiceFolder('several', -5, flat);
    copyFileSync(join(place, 'clean_model_ckpt_steps_4000.ckpt'), join(place, 'bob.ckpt'));
    await expect(loadVoice(place, options)).rejects.toMatchObject({
      code: 'no-checkpoint',
      message: expect.stringMatching(/bob\.ckpt, clean_model_ckpt_steps_4000\.ckpt/),
    });
  });
});
