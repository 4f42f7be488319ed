/** Exported nets, run by onnxruntime, against what PyTorch made of the reference's modules (test/golden). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadOnnx, type OnnxTensor } from '../../lib/onnx/session';
import { denoiserModel } from '../../lib/onnx-export/denoiser-graph';
import type { OnnxModel } from '../../lib/onnx-export/model-file';
import { encodeOnnx } from '../../lib/onnx-export/model-file';
import { vocoderModel } from '../../lib/onnx-export/vocoder-graph';
import { writeFileAtomic } from '../../lib/storage/atomic-file';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { foldNsf } from '../../lib/vocoder/nsf-hifigan/fold';
import { type Fixture, openFixture } from '../parity/fixtures';
import { modelConfigOf } from '../parity/model-config';
import { tensorsUnder } from '../parity/tensors';
import { hasRuntime } from './runtime';

const golden = join(__dirname, '../golden');
const folder = mkdtempSync(join(tmpdir(), 'onnx-nets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function runNet(
  model: OnnxModel,
  feeds: Readonly<Record<string, OnnxTensor>>,
): Promise<Readonly<Record<string, OnnxTensor>>> {
  const path = join(folder, `${model.name}.onnx`);
  await writeFileAtomic(path, encodeOnnx(model));
  const session = await loadOnnx(path);
  const results = await session.run(feeds);
  await session.dispose();
  return results;
}

/** Every value within the manifest's tolerance. */
function expectFixture(fixture: Fixture, name: string, { data }: OnnxTensor): void {
  const expected = fixture.data(name);
  const { atol, rtol } = fixture.entry.tensors![name]!.tolerance!;
  expect(data.length).toBe(expected.length);
  const worst = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(data[i]! - value) / (atol + rtol * Math.abs(value))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(1);
}

function feed(fixture: Fixture, name: string, shape: readonly number[]): OnnxTensor {
  return { shape, data: fixture.data(name) };
}

describe.skipIf(!hasRuntime)('nets in ONNX form', () => {
  test('the denoiser', async () => {
    const fixture = openFixture(golden, 'denoiser.safetensors');
    const { B, mel, hidden, T } = fixture.config;
    const weights = new Map(
      [...tensorsUnder(fixture, 'w/')].map(([name, tensor]) => [`denoise_fn.${name}`, tensor]),
    );
    const { noise } = await runNet(denoiserModel(weights, modelConfigOf(fixture.config), {}), {
      noisy_mel: feed(fixture, 'x', [B, mel, T]),
      step: feed(fixture, 't', [B]),
      condition: feed(fixture, 'cond', [B, hidden, T]),
    });
    expect(noise!.shape).toEqual([B, mel, T]);
    expectFixture(fixture, 'out', noise!);
  });

  const vocoder = openFixture(golden, 'nsf_hifigan.safetensors');
  const [, bins, frames] = vocoder.shape('mel_ln') as [number, number, number];
  const [, samples, harmonics] = vocoder.shape('random/noise') as [number, number, number];
  test.each(['zero', 'random'])('NSF-HiFiGAN with %s draws', async (draws) => {
    const config = parseNsfConfig(vocoder.config);
    const net = vocoderModel(foldNsf(tensorsUnder(vocoder, 'w/'), config), config, {});
    const drawn = (name: string, shape: readonly number[]): OnnxTensor =>
      draws === 'random'
        ? feed(vocoder, `random/${name}`, shape)
        : { shape, data: new Float32Array(shape.reduce((a, b) => a * b)) };
    const { waveform } = await runNet(net, {
      mel: feed(vocoder, 'mel_ln', [1, bins, frames]),
      f0: feed(vocoder, 'f0', [1, frames]),
      phases: drawn('rand_ini', [1, harmonics]),
      noise: drawn('noise', [1, samples, harmonics]),
    });
    expect(waveform!.shape).toEqual([1, samples]);
    expectFixture(vocoder, `${draws}/wav`, waveform!);
  });
});
