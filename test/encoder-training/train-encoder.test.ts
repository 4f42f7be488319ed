import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPhoneNetEncoder } from '../../lib/encoder/phone-net/phone-net';
import { drawBatch } from '../../lib/encoder-training/batch';
import { isVowel, phoneNames } from '../../lib/encoder-training/phones';
import { UNITS } from '../../lib/encoder-training/renderings';
import { corpusStage, renderingsStage } from '../../lib/encoder-training/stages';
import {
  type EncoderOptions,
  type EncoderPlan,
  trainEncoder,
} from '../../lib/encoder-training/train-encoder';
import { loadEngine } from '../../lib/engine/backend';
import { compileProgram } from '../../lib/engine/compile/program';

const plan: EncoderPlan = {
  corpus: { texts: 4, seed: 1 },
  renderings: { pieces: 2, perPiece: 4, seed: 1 },
  net: {
    seed: 1,
    updates: 3,
    pieces: 1,
    learningRate: 1e-3,
    warmup: 2,
    weightDecay: 0.01,
    loss: { smoothing: 0.05, neighbours: 0.3, canonical: 0.5, pairs: 0.3, adversary: 0.1 },
  },
  temperature: 1,
};

const folders: string[] = [];
let losses: Record<string, number>[] = [];

async function optionsIn(folder?: string, signal = new AbortController().signal): Promise<EncoderOptions> {
  const made = folder ?? (await mkdtemp(join(tmpdir(), 'diff-svc-encoder-')));
  folders.push(made);
  losses = [];
  return {
    cache: { folder: made },
    progress: () => {},
    signal,
    compile: compileProgram,
    precision: 'f32',
    onLoss: (_, values) => losses.push({ ...values }),
  };
}

beforeAll(async () => {
  await loadEngine();
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('trainEncoder', () => {
  it('gives the same weights every time, and at once where they are known', async () => {
    const options = await optionsIn();
    const first = await trainEncoder(plan, options);
    expect(Math.abs(losses[0]!.phones! - Math.log(phoneNames.length))).toBeLessThan(0.5);
    const again = await trainEncoder(plan, await optionsIn());
    expect(again.bytes.equals(first.bytes)).toBe(true);
    losses = [];
    expect((await trainEncoder(plan, options)).bytes.equals(first.bytes)).toBe(true);
    expect(losses).toEqual([]);
    expect(createPhoneNetEncoder(first.bytes, 'trained').phones).toEqual(phoneNames);
  });

  it('keeps the stages that are done when it is stopped, and makes a damaged one again', async () => {
    const abort = new AbortController();
    const stopping = await optionsIn(undefined, abort.signal);
    const onLoss = (): void => abort.abort(new Error('stopped'));
    await expect(trainEncoder(plan, { ...stopping, onLoss })).rejects.toThrow('stopped');
    const { folder } = stopping.cache;
    const kept = await readdir(folder);
    expect(kept.map((name) => name.replace(/-[0-9a-f]+\..*/, '')).sort()).toEqual(['corpus', 'renderings']);
    const going = await optionsIn(folder);
    const whole = await renderingsStage(plan.renderings, plan.corpus, going);
    await writeFile(join(folder, kept.find((name) => name.startsWith('renderings'))!), 'torn');
    expect(await renderingsStage(plan.renderings, plan.corpus, going)).toEqual(whole);
  });
});

describe('the stages', () => {
  it('label every text as flite timed it', async () => {
    const corpus = await corpusStage(plan.corpus, await optionsIn());
    expect(corpus.textStart.length).toBe(5);
    expect(corpus.textStart[4]).toBe(corpus.phones.length);
    for (const take of [...corpus.throats, ...corpus.recordings]) {
      for (let text = 0; text < 4; text++) {
        const ends = take.ends.subarray(corpus.textStart[text]!, corpus.textStart[text + 1]!);
        expect([...ends]).toEqual([...ends].sort((a, b) => a - b));
        const frames = take.frameStart[text + 1]! - take.frameStart[text]!;
        // flite's sound goes on a little after its last phone
        expect(Math.abs(frames * 0.01 - ends.at(-1)!)).toBeLessThan(0.2);
      }
    }
  });

  it('say the same with every throat: vowels are louder than silence in all renderings of a piece', async () => {
    const options = await optionsIn();
    const renderings = await renderingsStage(plan.renderings, plan.corpus, options);
    const size = renderings.bytes.length / 8;
    for (let row = 0; row < 8; row++) {
      const labels = renderings.labels.subarray(
        Math.floor(row / 4) * UNITS,
        (Math.floor(row / 4) + 1) * UNITS,
      );
      const bytes = renderings.bytes.subarray(row * size, (row + 1) * size);
      const first = (size / 64 - 2 * UNITS) / 2;
      const mean = (wanted: (phone: number) => boolean): number => {
        const units = [...labels.keys()].filter((u) => wanted(labels[u]!));
        const sum = (u: number): number =>
          bytes.subarray((first + 2 * u) * 64, (first + 2 * u + 2) * 64).reduce((a, b) => a + b, 0);
        return units.reduce((total, u) => total + sum(u), 0) / Math.max(1, units.length);
      };
      const silent = mean((phone) => phone === 0);
      // 1 in a byte is 0.43 dB; a piece may have no silence, whose mean is then 0
      expect(mean((phone) => isVowel[phone]!)).toBeGreaterThan(silent + 128 * 20);
    }
  });

  it('pair two renderings of every piece, the same for the same update', async () => {
    const options = await optionsIn();
    const renderings = await renderingsStage(plan.renderings, plan.corpus, options);
    const batch = drawBatch(renderings, 1, 3, 5);
    expect(drawBatch(renderings, 1, 3, 5)).toEqual(batch);
    expect(batch.features).not.toEqual(drawBatch(renderings, 1, 3, 6).features);
    expect(batch.features.length).toBe(2 * (renderings.bytes.length / 8));
    expect(batch.features.every(Number.isFinite)).toBe(true);
  });
});
