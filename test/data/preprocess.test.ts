import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alignFrames, mel2phReference } from '../../lib/audio/align';
import { encodeWav } from '../../lib/audio/wav';
import type { Config } from '../../lib/config/schema';
import { ingest } from '../../lib/data/ingest';
import { type PreprocessOptions, preprocess } from '../../lib/data/preprocess';
import { makeZip } from './make-zip';
import { audioOf, noise, smallConfig, testEncoder, testPitch, tone, toneWav } from './synthetic';

let root: string;
let dir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'preprocess-'));
  dir = join(root, 'data');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function fill(files: Record<string, Uint8Array>): Promise<void> {
  const path = join(root, 'songs.zip');
  writeFileSync(path, makeZip(Object.entries(files).map(([name, content]) => ({ name, content }))));
  await ingest(path, dir, smallConfig, { replace: true });
}

const tones = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}.wav`, toneWav(0.6, 150 + 10 * i)]));

function run(more: Partial<PreprocessOptions> = {}, config: Config = smallConfig) {
  return preprocess(dir, config, { encoder: testEncoder(), pitch: testPitch, ...more });
}

describe('preprocess', () => {
  it('makes items of the right shapes', async () => {
    await fill(tones(6));
    const dataset = await run();
    expect(dataset.training.length + dataset.validation.length).toBe(6);
    expect(dataset.validation).toHaveLength(1);
    const names = dataset.training.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).not.toContain(dataset.validation[0]!.name);
    for (const item of dataset.training) {
      const frames = Math.floor((0.6 * 16000) / 256);
      expect(item.mel).toMatchObject({ frames, width: 20 });
      expect(item.mel2ph).toEqual(
        alignFrames(
          { frames, hopSize: 256, sampleRate: 16000 },
          { units: 30, hopSeconds: 0.02, firstCentreSeconds: 0.01 },
        ),
      );
      expect(item.f0Log2).toHaveLength(frames);
      // the tone of t3 is 180 Hz; lags are whole samples
      const hz = 150 + 10 * Number(item.name[1]);
      expect(2 ** item.f0Log2[10]!).toBeGreaterThan(hz * 0.98);
      expect(2 ** item.f0Log2[10]!).toBeLessThan(hz * 1.02);
      expect(item.units).toMatchObject({ frames: 30, width: 8 });
      for (let u = 0; u < 30; u++)
        expect([...item.units.data.subarray(u * 8 + 5, u * 8 + 8)]).toEqual([0, 0, 0]);
      expect(item.units.data[0]).toBeGreaterThan(1);
    }
    expect(dataset.profile.values).toEqual({ samples: 57600, thirds: [1 / 3, 2 / 3] });
    expect(dataset.report).toMatchObject({
      clips: 6,
      trainingClips: 5,
      validationClips: 1,
      leftOut: [],
      warnings: [],
    });
    expect(dataset.report.minutes).toBeCloseTo((6 * 37 * 256) / 16000 / 60, 9);
    expect(dataset.report.f0PercentilesHz[1]).toBeCloseTo(150, -1);
    expect(dataset.report.f0PercentilesHz[99]).toBeCloseTo(200, -1);
    expect(dataset.report.voicedShare).toBeGreaterThan(0.8);
  });

  it('takes the normalisation range from the training items alone', async () => {
    await fill(tones(6));
    const { training, specMin, specMax } = await run();
    for (let bin = 0; bin < 20; bin++) {
      const values = training.flatMap(({ mel }) => [...mel.data.filter((_, i) => i % 20 === bin)]);
      expect(specMin[bin]).toBe(Math.min(...values));
      expect(specMax[bin]).toBe(Math.max(Math.max(...values), Math.min(...values) + 0.1));
    }
  });

  it('keeps the late alignment and the last five with compat (k.6, spec j)', async () => {
    await fill(tones(7));
    const compat = { ...smallConfig.compat, mel2ph: true, training: true };
    const plain = await run();
    const dataset = await run({}, { ...smallConfig, compat });
    expect(dataset.validation.map(({ name }) => name)).toEqual([2, 3, 4, 5, 6].map((i) => `t${i}-001`));
    expect(dataset.training[0]!.mel2ph).toEqual(mel2phReference(30, 37));
    expect(dataset.fingerprint).not.toBe(plain.fingerprint);
  });

  it('writes a summary', async () => {
    await fill(tones(2));
    const dataset = await run();
    const summary = JSON.parse(readFileSync(join(dir, 'features.json'), 'utf8'));
    expect(summary).toMatchObject({
      fingerprint: dataset.fingerprint,
      encoderId: 'test-encoder-1',
      pitchId: 'test-pitch-1',
      training: dataset.training.map(({ name }) => name),
      report: { clips: 2 },
    });
    expect(summary.specMin).toHaveLength(20);
  });
});

describe('cache', () => {
  it('computes nothing twice, and gives the same bits', async () => {
    await fill(tones(3));
    const first = testEncoder();
    const before = await run({ encoder: first });
    expect(first.calls).toEqual({ profile: 1, units: 3 });
    const second = testEncoder();
    const after = await run({ encoder: second });
    expect(second.calls).toEqual({ profile: 0, units: 0 });
    expect(after).toEqual(before);
  });

  it('computes again what another estimator, encoder or clip changes, and forgets the old', async () => {
    await fill(tones(3));
    const { fingerprint } = await run();
    const pitch = { ...testPitch, id: 'test-pitch-2' };
    const encoder = testEncoder();
    const other = await run({ encoder, pitch });
    expect(encoder.calls).toEqual({ profile: 0, units: 3 });
    expect(other.fingerprint).not.toBe(fingerprint);
    const renamed = { ...testEncoder(), id: 'test-encoder-2' };
    await run({ encoder: renamed, pitch });
    expect(renamed.calls).toEqual({ profile: 1, units: 3 });
    expect(readdirSync(join(dir, 'features'))).toHaveLength(3 + 1);
  });

  it('computes damaged features again, loudly', async () => {
    await fill(tones(2));
    const before = await run();
    const name = readdirSync(join(dir, 'features')).find((file) => file.endsWith('.safetensors'))!;
    const path = join(dir, 'features', name);
    writeFileSync(path, readFileSync(path).subarray(0, 1000));
    const notices: string[] = [];
    const encoder = testEncoder();
    expect(await run({ encoder, notice: (text) => notices.push(text) })).toEqual(before);
    expect(encoder.calls.units).toBe(1);
    expect(notices).toEqual([expect.stringMatching(/damaged/)]);
  });
});

describe('bad input', () => {
  it('trains on one clip only, with a warning', async () => {
    await fill(tones(1));
    const notices: string[] = [];
    const dataset = await run({ notice: (text) => notices.push(text) });
    expect(dataset.training).toHaveLength(1);
    expect(dataset.validation).toEqual([]);
    expect(dataset.report.warnings).toEqual([expect.stringMatching(/one clip only/)]);
    expect(notices).toEqual(dataset.report.warnings);
  });

  it('leaves out clips without a voice, with their reason', async () => {
    await fill({ ...tones(2), 'wind.wav': encodeWav(noise(0.6), '16') });
    const { report, training, validation } = await run();
    expect(report.leftOut).toEqual([{ name: 'wind-001', reason: expect.stringMatching(/no voiced frame/) }]);
    expect(training.length + validation.length).toBe(2);
  });

  it('refuses unvoiced clips only', async () => {
    await fill({ 'wind.wav': encodeWav(noise(1), '16') });
    await expect(run()).rejects.toMatchObject({ code: 'no-voiced-clips' });
  });

  it('guards bins where nothing sounds (k.3)', async () => {
    // an 8 kHz recording leaves everything above 4 kHz at the floor
    const low = encodeWav(tone(1, 200, 8000), '16');
    await fill({ 'a.wav': low });
    const { specMin, specMax } = await run();
    specMax.forEach((max, bin) => {
      expect(max - specMin[bin]!).toBeGreaterThan(0.0999);
    });
  });

  it('refuses units wider than the model', async () => {
    await fill(tones(1));
    const config = { ...smallConfig, model: { ...smallConfig.model, hiddenSize: 4 } };
    await expect(run({}, config)).rejects.toMatchObject({ code: 'units-too-wide' });
  });

  it('refuses a folder without dataset, and missing clips', async () => {
    await expect(run()).rejects.toMatchObject({ code: 'dataset-missing' });
    await fill(tones(1));
    rmSync(join(dir, 'clips'), { recursive: true });
    await expect(run()).rejects.toMatchObject({ code: 'clip-damaged' });
  });

  it('stops when told to, and goes on from there', async () => {
    await fill(tones(3));
    const stop = new AbortController();
    const progress: PreprocessOptions['progress'] = ({ done }) =>
      done === 1 && stop.abort(new Error('stopped'));
    await expect(run({ progress, signal: stop.signal })).rejects.toThrow('stopped');
    const encoder = testEncoder();
    await run({ encoder });
    expect(encoder.calls).toEqual({ profile: 0, units: 1 });
  });

  it('takes a recording of constant level without harm', async () => {
    const steady = encodeWav(
      audioOf(1, 16000, () => 0.5),
      '16',
    );
    await fill({ ...tones(1), 'dc.wav': steady });
    const { training, validation } = await run();
    for (const item of [...training, ...validation]) {
      expect(item.mel.data.every(Number.isFinite)).toBe(true);
      expect(item.f0Log2.every(Number.isFinite)).toBe(true);
    }
  });
});
