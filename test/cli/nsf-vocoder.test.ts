import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNsfHifigan } from '../../lib/assembly/nsf-vocoder';
import { vocoderOf } from '../../lib/assembly/parts';
import { mergeConfig } from '../../lib/config/load';
import { preset } from '../../lib/config/presets';
import { audioSchema } from '../../lib/config/schema';
import { loadEngine } from '../../lib/engine/backend';
import { openFixture } from '../parity/fixtures';

const released = resolve(__dirname, '../golden/checkpoints/nsf_hifigan');
const folder = mkdtempSync(join(tmpdir(), 'nsf-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => loadEngine());

const { config } = openFixture(resolve(__dirname, '../golden'), 'nsf_hifigan.safetensors');
const audio = audioSchema.parse({ melBins: config.num_mels, hopSize: config.hop_size });

describe('files of NSF-HiFiGAN', () => {
  it('make a vocoder, from the folder, the weights or the environment', async () => {
    const byFolder = loadNsfHifigan(audio, { vocoderPath: released });
    const byFile = loadNsfHifigan(audio, { vocoderPath: join(released, 'model') });
    const byEnvironment = loadNsfHifigan(audio, {}, { DIFF_SVC_VOCODER: released });
    expect(byFile.id).toBe(byFolder.id);
    expect(byEnvironment.id).toBe(byFolder.id);
    const frames = 3;
    const mel = { data: new Float32Array(frames * audio.melBins).fill(-1), frames, width: audio.melBins };
    const sound = await byFolder.synthesize({ mel, f0Hz: new Float32Array(frames).fill(200), seed: 1 });
    expect(sound.length).toBe(frames * audio.hopSize);
    byFolder.dispose();
  });

  it('are asked for where they are missing', () => {
    const nowhere = join(folder, 'nowhere');
    const wanted = mergeConfig(preset('demo'), { features: { vocoder: 'nsf-hifigan' } }, 'test');
    expect(() => vocoderOf(wanted, { vocoderPath: nowhere })).toThrowError(/nowhere.*no such folder/);
    expect(() => loadNsfHifigan(audio, { vocoderPath: folder })).toThrowError(/model or model\.ckpt/);
    cpSync(join(released, 'model'), join(folder, 'model.ckpt'));
    expect(() => loadNsfHifigan(audio, { vocoderPath: folder })).toThrowError(/config\.json beside/);
  });
});
