/** The way from recordings to a song in another voice, through the built command line. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decodeWav } from '../../lib/audio/wav';
import { type Ended, runWell } from './cli-process';
import { refusal } from './refusal';
import { makeDataset, makeWorkplace, smallModel, trainArgs } from './small-voice';
import { sungWav } from './sung';

const place = makeWorkplace();
const voice = place.at('voice');
let trained: Ended;

beforeAll(async () => {
  await makeDataset(place);
  trained = await runWell(
    ...trainArgs(place, voice, ...smallModel, '--steps', '12', '--checkpoint-interval', '6'),
  );
});
afterAll(() => place.remove());

function convert(song: string, out: string, ...more: string[]): Promise<Ended> {
  return runWell('convert', song, '--model', voice, '--out', out, '--speedup', '100', '--json', ...more);
}

function song(name: string, samples: number, sampleRate: number): string {
  writeFileSync(place.at(name), sungWav(samples, sampleRate, 220));
  return place.at(name);
}

/** Lines of metrics.jsonl. */
function metrics(saveDir: string): Record<string, number>[] {
  const text = readFileSync(join(saveDir, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('train prints one JSON object and leaves checkpoints, metrics and the configuration', () => {
  expect(JSON.parse(trained.out)).toMatchObject({ step: 12, startStep: 0, interrupted: false });
  expect(readdirSync(voice).sort()).toEqual(
    ['config.yaml', 'metrics.jsonl', 'model_ckpt_steps_12.ckpt', 'model_ckpt_steps_6.ckpt'].sort(),
  );
  const lines = metrics(voice);
  expect(lines.map(({ step }) => step)).toEqual([6, 12]);
  for (const line of lines) {
    expect(Object.keys(line)).toEqual(
      expect.arrayContaining(['loss', 'gradNorm', 'learningRate', 'stepsPerSecond', 'validationLoss']),
    );
    expect(Object.values(line).every((value) => Number.isFinite(value) && value > 0)).toBe(true);
  }
  // by the reference's names (spec section a)
  expect(parse(readFileSync(join(voice, 'config.yaml'), 'utf8'))).toMatchObject({
    residual_channels: 64,
    residual_layers: 4,
    audio_sample_rate: 44100,
    max_updates: 12,
  });
});

test.each([
  { samples: 20_001, sampleRate: 22_050 },
  { samples: 40_001, sampleRate: 44_100 },
  { samples: 40_003, sampleRate: 48_000 },
])('a song of $samples samples at $sampleRate Hz keeps its length', async ({ samples, sampleRate }) => {
  const out = place.at(`out-${sampleRate}.wav`);
  const { out: stdout } = await convert(song(`song-${sampleRate}.wav`, samples, sampleRate), out);
  const expected = Math.round((samples * 44_100) / sampleRate);
  const audio = decodeWav(readFileSync(out), out);
  expect(audio.sampleRate).toBe(44_100);
  expect(audio.samples.length).toBe(expected);
  expect(audio.samples.some((sample) => Math.abs(sample) > 1e-3)).toBe(true);
  expect(JSON.parse(stdout)).toMatchObject({ out, samples: expected, seconds: expected / 44_100 });
});

test('the seed decides: the same bytes with the same one, others with another', async () => {
  const path = song('take.wav', 22_051, 44_100);
  const take = async (seed: string, i: number): Promise<Buffer> => {
    const out = place.at(`take-${i}.wav`);
    await convert(path, out, '--seed', seed);
    return readFileSync(out);
  };
  const bytes = await Promise.all(['7', '7', '8'].map(take));
  expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
  expect(bytes[0]!.equals(bytes[2]!)).toBe(false);
  expect(bytes[0]!.length).toBe(bytes[2]!.length);
});

test('--resume latest goes on with the configuration of the checkpoint', async () => {
  const copy = place.copy('voice', 'resumed');
  const { out } = await runWell(...trainArgs(place, copy, '--resume', 'latest', '--steps', '14'));
  expect(JSON.parse(out)).toMatchObject({
    startStep: 12,
    step: 14,
    checkpointPath: join(copy, 'model_ckpt_steps_14.ckpt'),
  });
  expect(metrics(copy).map(({ step }) => step)).toEqual([6, 12, 14]);
});

test('ingesting the same zip again is recognised', async () => {
  const { out } = await runWell(
    ...['ingest', place.at('songs.zip'), '--data', place.at('data'), '--preset', 'demo', '--json'],
  );
  expect(JSON.parse(out)).toMatchObject({ skipped: true });
});

test('the voice as ONNX, with a report; a flag that would do nothing is refused', async () => {
  const onnx = ['export', '--model', voice, '--out', place.at('onnx')];
  const { out } = await runWell(...onnx, '--format', 'onnx', '--json');
  const names = ['denoiser.onnx', 'parity.json', 'parity.txt'];
  expect(JSON.parse(out).files).toEqual(names.map((name) => join(place.at('onnx'), name)));
  expect(readdirSync(place.at('onnx')).sort()).toEqual(names);
  expect(await refusal(...onnx, '--vocoder', place.at('nsf'))).toMatchObject({ code: 'flag-invalid' });
});
