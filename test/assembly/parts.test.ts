import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadContentVec, loadHubertSoft } from '../../lib/assembly/content-encoders';
import { encoderOf, pitchEstimatorOf, vocoderIdOf } from '../../lib/assembly/parts';
import { mergeConfig } from '../../lib/config/load';
import { preset } from '../../lib/config/presets';
import type { Config } from '../../lib/config/schema';
import { loadEngine } from '../../lib/engine/backend';
import { readSafetensors, toFloat32 } from '../../lib/storage/safetensors';
import { swiftF0Model } from '../onnx/swift-f0-model';
import { openFixture } from '../parity/fixtures';

const at = (path: string): string => resolve(__dirname, '..', path);
const hubertFile = at('golden/checkpoints/hubert_soft_flat.pt');
const folder = mkdtempSync(join(tmpdir(), 'diff-svc-parts-'));
const swiftF0 = swiftF0Model();

beforeAll(() => loadEngine());
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

function configWith(features: Partial<Config['features']>, model: object = {}): Config {
  return mergeConfig(preset('demo'), { features, model }, 'test');
}

function emptyAssets(name: string): string {
  const assets = join(folder, name);
  mkdirSync(assets, { recursive: true });
  vi.stubEnv('DIFF_SVC_ASSETS', assets);
  return assets;
}

/** A second of noise that is always the same. */
const noise = {
  samples: Float32Array.from({ length: 16000 }, (_, i) => 0.3 * Math.sin(i * i * 0.001)),
  sampleRate: 16000,
};

describe('HuBERT-soft from its files', () => {
  it('gives the units of the reference', async () => {
    const fixture = openFixture(at('golden'), 'hubert.safetensors');
    for (const name of ['hubert_soft_flat.pt', 'hubert_soft_v02.pt']) {
      const encoder = loadHubertSoft(at(`golden/checkpoints/${name}`), { heads: fixture.config.heads });
      expect(encoder.id).toMatch(/^hubert-soft:[0-9a-f]{16}$/);
      const audio = { samples: fixture.data('wav'), sampleRate: 16000 };
      const { matrix } = await encoder.units(audio, await encoder.profile([audio]));
      encoder.dispose?.();
      expect([1, matrix.frames, matrix.width]).toEqual(fixture.shape('units'));
      const due = fixture.data('units');
      const { atol, rtol } = fixture.entry.tensors!.units!.tolerance!;
      const wrong = [...matrix.data].filter(
        (x, i) => !(Math.abs(x - due[i]!) <= atol + rtol * Math.abs(due[i]!)),
      );
      expect(wrong).toEqual([]);
    }
  });

  it('is found where the configuration says, by the environment, or where `assets get` puts it', () => {
    const assets = emptyAssets('found');
    const byConfig = encoderOf(configWith({ encoder: `hubert-soft:${hubertFile}` }));
    vi.stubEnv('DIFF_SVC_ENCODER', hubertFile);
    // a voice from another machine names a path that is not here
    const byEnvironment = encoderOf(configWith({ encoder: 'hubert-soft:/nowhere/hubert.pt' }));
    vi.stubEnv('DIFF_SVC_ENCODER', undefined);
    mkdirSync(join(assets, 'hubert-soft'));
    copyFileSync(hubertFile, join(assets, 'hubert-soft/hubert-soft-0d54a1f4.pt'));
    const byAssets = encoderOf(configWith({ encoder: 'hubert-soft' }));
    expect([byEnvironment.id, byAssets.id]).toEqual([byConfig.id, byConfig.id]);
  });

  it('is asked for with the command that fetches it', () => {
    const assets = emptyAssets('missing');
    expect(() => encoderOf(configWith({ encoder: 'hubert-soft:/dev/zero' }))).toThrowError(
      expect.objectContaining({
        code: 'encoder-missing',
        message: expect.stringContaining(join(assets, 'hubert-soft/hubert-soft-0d54a1f4.pt')),
        remedy: expect.stringContaining('diff-svc assets get hubert-soft.'),
      }),
    );
  });

  it('is refused where its units are wider than the model takes', () => {
    const narrow = configWith({ encoder: `hubert-soft:${hubertFile}` }, { hiddenSize: 8 });
    expect(() => encoderOf(narrow)).toThrowError(
      expect.objectContaining({ code: 'encoder-too-wide', remedy: 'Set model.hiddenSize=16.' }),
    );
  });

  it('is not taken for ContentVec, nor the other way round, nor anything else for either', () => {
    const page = join(folder, 'page.pt');
    writeFileSync(page, '<html>');
    for (const [encoder, file, found] of [
      ['contentvec-768-l12', hubertFile, /weights of ContentVec in .*flat\.pt, found HuBERT-soft/],
      ['hubert-soft', at('encoder/contentvec/fairseq.pt'), /weights of HuBERT-soft in .*found ContentVec/],
      ['hubert-soft', at('golden/checkpoints/nsf_hifigan/model'), /found NSF-HiFiGAN/],
      ['hubert-soft', at('golden/checkpoints/model_ckpt_steps_4000.ckpt'), /found a checkpoint of Diff-SVC/],
      ['hubert-soft', page, /web page/],
    ] as const) {
      expect(() => encoderOf(configWith({ encoder: `${encoder}:${file}` }))).toThrowError(found);
    }
  });
});

describe('ContentVec from its files', () => {
  it.each(['fairseq.pt', 'transformers.bin'])('%s gives what transformers gives', async (file) => {
    const { tensors } = await readSafetensors(at('encoder/contentvec/contentvec.safetensors'));
    const values = (name: string): Float32Array => toFloat32(tensors.get(name)!, name);
    const audio = { samples: values('wav'), sampleRate: 16000 };
    for (const [kind, due] of [
      ['768-l12', 'l12'],
      ['256-l9', 'l9'],
    ] as const) {
      const encoder = loadContentVec(kind, at(`encoder/contentvec/${file}`), { heads: 4 });
      expect(encoder.id).toMatch(new RegExp(`^contentvec-${kind}:[0-9a-f]{16}$`));
      const { matrix } = await encoder.units(audio, await encoder.profile([audio]));
      encoder.dispose?.();
      const worst = Math.max(...matrix.data.map((value, i) => Math.abs(value - values(due)[i]!)));
      expect(worst).toBeLessThan(2e-5);
    }
  });
});

describe('encoders in ONNX form', () => {
  const net = at('onnx/encoder.onnx');
  const expected = JSON.parse(readFileSync(at('onnx/encoder.json'), 'utf8')) as {
    wav: number[];
    units: number[][];
  };
  const audio = { samples: Float32Array.from(expected.wav), sampleRate: 16000 };

  it('run from a path and from a folder of public weights', async () => {
    const assets = emptyAssets('onnx');
    mkdirSync(join(assets, 'toy'));
    copyFileSync(net, join(assets, 'toy/toy-net.onnx'));
    for (const named of [net, 'toy']) {
      const encoder = encoderOf(configWith({ encoder: `onnx:${named}` }, { hiddenSize: 5 }));
      expect(encoder.id).toMatch(/^onnx:[0-9a-f]{16}$/);
      const { matrix } = await encoder.units(audio, await encoder.profile([audio]));
      encoder.dispose?.();
      expect([matrix.frames, matrix.width]).toEqual([expected.units.length, 5]);
      expected.units.flat().forEach((value, i) => {
        expect(matrix.data[i]).toBeCloseTo(value, 4);
      });
    }
  });

  it('are refused when their units have another width, and when they are something else', async () => {
    emptyAssets('no-onnx');
    const wide = encoderOf(configWith({ encoder: `onnx:${net}` }, { hiddenSize: 4 }));
    const profile = await wide.profile([audio]);
    await expect(wide.units(audio, profile)).rejects.toThrowError(
      expect.objectContaining({
        code: 'onnx-not-encoder',
        remedy: expect.stringContaining('model.hiddenSize'),
      }),
    );
    const other = encoderOf(configWith({ encoder: `onnx:${hubertFile}` }));
    await expect(other.units(audio, profile)).rejects.toMatchObject({ code: 'onnx-invalid' });
    expect(() => encoderOf(configWith({ encoder: 'onnx:nowhere' }))).toThrowError(/nowhere\.onnx/);
    expect(() => encoderOf(configWith({ encoder: 'onnx' }))).toThrowError(/file that you name/);
  });
});

describe('pitch nets', () => {
  it.skipIf(swiftF0 === null)('SwiftF0 hears a tone, and its id names weights and range', async () => {
    const pitch = pitchEstimatorOf(configWith({ pitch: `swift-f0:${swiftF0}` }));
    expect(pitch.id).toBe('swift-f0:6385e8c2ebc3872e:40-1100');
    const samples = Float32Array.from({ length: 44100 }, (_, i) => {
      const phase = (2 * Math.PI * 220 * i) / 44100;
      return 0.2 * (Math.sin(phase) + Math.sin(2 * phase) / 2 + Math.sin(3 * phase) / 3);
    });
    const grid = { sampleRate: 44100, hopSize: 512, frames: 86 };
    const hz = await pitch.estimate({ samples, sampleRate: 44100 }, grid);
    for (const value of hz.slice(10, 76)) expect(Math.abs(1200 * Math.log2(value / 220))).toBeLessThan(20);
  });

  it.skipIf(swiftF0 === null)('CREPE refuses it when it is used, SwiftF0 refuses CREPE', async () => {
    const grid = { sampleRate: 16000, hopSize: 160, frames: 100 };
    const crepe = pitchEstimatorOf(configWith({ pitch: `crepe:${swiftF0}` }));
    await expect(crepe.estimate(noise, grid)).rejects.toMatchObject({ code: 'onnx-not-crepe' });
    const wrong = pitchEstimatorOf(configWith({ pitch: `swift-f0:${at('onnx/crepe.onnx')}` }));
    await expect(wrong.estimate(noise, grid)).rejects.toMatchObject({ code: 'onnx-not-swift-f0' });
  });

  it('are asked for where they are missing; RMVPE is refused with the reason', () => {
    const assets = emptyAssets('no-pitch');
    expect(() => pitchEstimatorOf(configWith({ pitch: 'swift-f0' }))).toThrowError(
      expect.objectContaining({
        code: 'pitch-missing',
        remedy: expect.stringContaining('diff-svc assets get swift-f0'),
      }),
    );
    expect(() => pitchEstimatorOf(configWith({ pitch: 'crepe' }))).toThrowError(
      expect.objectContaining({
        remedy: expect.stringContaining(`Put it here: ${join(assets, 'crepe.onnx')}`),
      }),
    );
    expect(() => pitchEstimatorOf(configWith({ pitch: 'rmvpe' }))).toThrowError(/rmvpe: which mel/);
    expect(() => pitchEstimatorOf(configWith({ pitch: 'pyin:x' }))).toThrowError(/got pyin:x/);
    expect(() => encoderOf(configWith({ encoder: 'constructor' }))).toThrowError(
      /one of .*hubert-soft, contentvec-768-l12, contentvec-256-l9, onnx, got constructor/,
    );
  });
});

describe('the vocoder that a voice remembers', () => {
  it('is the name and the hash of its weights; none where it is not here', () => {
    emptyAssets('no-vocoder');
    expect(vocoderIdOf(configWith({ vocoder: 'harmonic-noise' }))).toMatch(/^harmonic-noise/);
    expect(vocoderIdOf(configWith({ vocoder: 'nsf-hifigan' }))).toBeUndefined();
    expect(() => vocoderIdOf(configWith({ vocoder: 'no-such' }))).toThrowError(/no-such/);
  });
});
