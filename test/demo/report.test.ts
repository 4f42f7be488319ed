import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Audio } from '../../lib/audio/audio';
import { createPyin } from '../../lib/audio/pyin';
import { decodeWav, encodeWav } from '../../lib/audio/wav';
import { audioSchema } from '../../lib/config/schema';
import { openSource } from '../../lib/data/recording-source';
import { reportPage } from '../../lib/demo/page';
import { same } from '../../lib/demo/page-text';
import { main } from '../../lib/demo/score-main';
import type { Scores } from '../../lib/demo/scores';
import { recordingsZip } from '../../lib/demo/write-material';
import { writeReport } from '../../lib/demo/write-report';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Harmonics of a gliding tone whose strength falls by `tilt` per harmonic. */
function voice(tilt: number, seconds = 2, sampleRate = 44100): Audio {
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    phase += (2 * Math.PI * (200 + (50 * i) / samples.length)) / sampleRate;
    for (let k = 1; k < 20; k++) samples[i]! += 0.1 * tilt ** k * Math.sin(k * phase);
  }
  return { samples, sampleRate };
}

async function put(name: string, audio: Audio): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, encodeWav(audio, '16'));
  return path;
}

async function files(): Promise<string[]> {
  const target = join(folder, 'target.zip');
  await writeFile(target, await recordingsZip([{ name: '노래.wav', audio: voice(0.9, 2, 16000) }]));
  const args = ['--target', target, '--out', join(folder, 'scores.json')];
  const tilts = { truth: 0.9, source: 0.5, converted: 0.85, resynthesis: 0.9 };
  for (const [name, tilt] of Object.entries(tilts))
    args.push(`--${name}`, await put(`${name}.wav`, voice(tilt)));
  args.push('--control', `zeroed=${await put('zeroed.wav', voice(0.6))}`);
  args.push('--other', `copy-synthesis=${await put('copy.wav', voice(0.89))}`);
  return args;
}

describe('recordingsZip', () => {
  it('holds 44.1 kHz 16-bit wavs under their names, and is the same every time', async () => {
    const clips = ['song.wav', '노래.wav'].map((name) => ({ name, audio: voice(0.5, 0.5, 16000) }));
    const bytes = await recordingsZip(clips);
    expect(bytes.equals(await recordingsZip(clips))).toBe(true);
    const path = join(folder, 'clips.zip');
    await writeFile(path, bytes);
    const { recordings } = openSource(path);
    expect(recordings.map(({ name }) => name)).toEqual(['song.wav', '노래.wav']);
    const wav = recordings[1]!.read();
    expect(decodeWav(wav, '').sampleRate).toBe(44100);
    expect(decodeWav(wav, '').samples.length).toBe(22050);
    expect(wav.readUInt16LE(34)).toBe(16);
  });
});

describe('the judge as a program', () => {
  it('scores written files', async () => {
    await main(await files());
    const { tracks, checks } = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8')) as Scores;
    expect(Object.keys(tracks)).toEqual([
      'source',
      'converted',
      'resynthesis',
      'truth',
      'zeroed',
      'copy-synthesis',
    ]);
    expect(tracks.truth!.mcdDb).toBe(0);
    expect(tracks.converted!.mcdDb).toBeLessThan(tracks.source!.mcdDb / 2);
    expect(tracks.converted!.f0.rmseCents).toBeLessThan(5);
    expect(checks.map(({ id }) => id)).toEqual([
      'mcd/source',
      'mcd/zeroed',
      'speaker/source',
      'f0-correlation',
    ]);
  });

  it('names a missing argument, a control without a name, and an unknown option', async () => {
    await expect(main(['--truth', 'a.wav'])).rejects.toMatchObject({ code: 'score-arguments' });
    await expect(main([...(await files()), '--control', 'x.wav'])).rejects.toThrow('x.wav');
    await expect(main(['--wrong'])).rejects.toMatchObject({ code: 'score-arguments' });
  });

  it('refuses songs of another length', async () => {
    const args = await files();
    args[args.indexOf('--source') + 1] = await put('short.wav', voice(0.5, 1));
    await expect(main(args)).rejects.toMatchObject({ code: 'score-lengths' });
  });
});

describe('the report', () => {
  it('is written from the files', async () => {
    await main(await files());
    const scores = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8')) as Scores;
    const config = audioSchema.parse({});
    const path = (name: string): string => join(folder, name);
    const written = await writeReport(
      folder,
      {
        truth: path('truth.wav'),
        source: path('source.wav'),
        converted: path('converted.wav'),
        resynthesis: path('resynthesis.wav'),
        target: path('target.zip'),
        controls: {},
        others: {},
      },
      scores,
      [[same('<steps>'), same('"450" & more')]],
      createPyin(config),
      config,
    );
    const html = await readFile(written.page, 'utf8');
    expect(html.match(/<audio /g)).toHaveLength(4);
    expect(html).toContain('&lt;steps&gt;');
    expect(html).toContain('&quot;450&quot; &amp; more');
    expect(html.match(/<span lang="en">/g)!.length).toBe(html.match(/<span lang="ko">/g)!.length);
    // self-contained: nothing is fetched
    expect(html).not.toMatch(/(src|href)="https?:|url\(|@import/);
    const [, audio] = /<audio [^>]*src="data:audio\/wav;base64,([^"]+)"/.exec(html)!;
    const { samples, sampleRate } = decodeWav(Buffer.from(audio!, 'base64'), 'player');
    expect(samples.length / sampleRate).toBeCloseTo(2, 3);
    expect(await readFile(written.picture, 'utf8')).toContain('<svg');
  });

  it('shows a dash for what has no value, and escapes labels', async () => {
    const pitch = { correlation: Number.NaN, rmseCents: Number.NaN, voicingError: 1 };
    const track = { mcdDb: 3, speakerDistanceDb: 2, f0: pitch, f0Source: pitch };
    const html = await reportPage({
      scores: {
        tracks: { '<img src=x>': track },
        checks: [{ id: 'mcd/"><b>', value: Number.NaN, limit: 0.8, bound: 'at-most', passed: false }],
        passed: false,
      },
      players: [],
      excerptSvg: '<svg/>',
      wholeSvg: '<svg/>',
      facts: [],
    });
    expect(html).toContain('–');
    expect(html).not.toContain('<img src=x>');
    expect(html).not.toContain('"><b>');
  });
});
