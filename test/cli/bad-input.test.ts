/** Recordings, songs, paths and settings that cannot be used: a clear error and nothing lost; odd songs are sung. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Audio } from '../../lib/audio/audio';
import { decodeWav, encodeWav } from '../../lib/audio/wav';
import type { Checkpoint, Extra } from '../../lib/checkpoint/checkpoint';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { makeZip } from '../data/make-zip';
import { audioOf, noise } from '../data/synthetic';
import { runWell } from './cli-process';
import { refusal } from './refusal';
import { contents, makeDataset, makeWorkplace, smallModel, trainArgs } from './small-voice';
import { sung, sungWav } from './sung';

const rate = 44_100;
const place = makeWorkplace();
const voice = place.at('voice');
const checkpoint = join(voice, 'model_ckpt_steps_2.ckpt');

beforeAll(async () => {
  await makeDataset(place);
  await runWell(...trainArgs(place, voice, ...smallModel, '--steps', '2'));
});
afterAll(() => place.remove());

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(place.at(name), bytes);
  return place.at(name);
}

function convertArgs(song: string, out: string, model = voice): string[] {
  return ['convert', song, '--model', model, '--out', out, '--speedup', '100'];
}

describe('recordings', () => {
  const silence = encodeWav(
    audioOf(4, rate, () => 0),
    '16',
  );
  test.each([
    { name: 'empty.zip', bytes: makeZip([]), code: 'zip-empty' },
    { name: 'zero-bytes.zip', bytes: Buffer.alloc(0), code: /^zip-/ },
    {
      name: 'text.zip',
      bytes: makeZip([{ name: 'readme.txt', content: Buffer.from('x') }]),
      code: 'no-recordings',
    },
    {
      name: 'nan.zip',
      bytes: makeZip([
        {
          name: 'nan.wav',
          content: encodeWav(
            audioOf(4, rate, () => Number.NaN),
            '32f',
          ),
        },
      ]),
      code: 'no-usable-recordings',
    },
    {
      name: 'silence.zip',
      bytes: makeZip([{ name: 'silence.wav', content: silence }]),
      code: 'no-usable-recordings',
    },
  ])('$name: refused by name, no dataset', async ({ name, bytes, code }) => {
    const data = place.at(`${name}-data`);
    const error = await refusal('ingest', write(name, bytes), '--data', data);
    expect(error.code).toMatch(code);
    expect(error.message).toContain(name);
    expect(existsSync(join(data, 'dataset.json'))).toBe(false);
  });

  test('a bad zip does not touch the dataset that is there', async () => {
    const before = contents(place.at('data'), 'dataset.json');
    await refusal('ingest', write('bad.zip', makeZip([])), '--data', place.at('data'), '--replace');
    expect(contents(place.at('data'), 'dataset.json')).toEqual(before);
  });

  test('no source', async () => {
    const error = await refusal('ingest', place.at('nowhere.zip'), '--data', place.at('new'));
    expect(error).toMatchObject({ code: 'source-missing', message: expect.stringContaining('nowhere.zip') });
  });

  test('only unvoiced sound: nothing to train on', async () => {
    const data = place.at('unvoiced');
    await runWell('ingest', write('noise.wav', encodeWav(noise(4, rate), '16')), '--data', data);
    const saveDir = place.at('unvoiced-voice');
    const error = await refusal('train', '--data', data, '--save-dir', saveDir, ...smallModel);
    expect(error).toMatchObject({ code: 'no-voiced-clips', message: expect.stringContaining('none of 1') });
  });

  test('one clip only: it trains, without validation', async () => {
    const data = place.at('one');
    await runWell('ingest', write('one.wav', sungWav(3 * rate, rate, 131)), '--data', data);
    const { out } = await runWell(
      ...['train', '--data', data, '--save-dir', place.at('one-voice'), '--json', '--steps', '2'],
      ...smallModel,
    );
    expect(JSON.parse(out)).toMatchObject({ step: 2 });
  });
});

describe('songs', () => {
  test('none there', async () => {
    const error = await refusal(...convertArgs(place.at('nowhere.wav'), place.at('nowhere-out.wav')));
    expect(error).toMatchObject({
      code: 'song-not-readable',
      message: expect.stringContaining('nowhere.wav'),
    });
  });

  test('NaN samples: the old output stays', async () => {
    const out = write('nan-out.wav', Buffer.from('what was there before'));
    const audio = audioOf(1, rate, (i) => (i === 777 ? Number.NaN : 0.1));
    const error = await refusal(...convertArgs(write('nan.wav', encodeWav(audio, '32f')), out));
    expect(error).toMatchObject({
      code: 'wav-not-finite',
      message: expect.stringMatching(/nan\.wav.*sample 777/),
    });
    expect(readFileSync(out, 'utf8')).toBe('what was there before');
  });

  const odd: Record<string, Audio> = {
    silence: audioOf(1, rate, () => 0),
    'a fifth of a second': sung(Math.round(0.2 * rate), rate, 220),
    'one sample': sung(1, rate, 220),
    'white noise': noise(1, rate),
  };
  test.each(Object.entries(odd))('%s: sung at the same length', async (name, audio) => {
    const out = place.at(`${name}-out.wav`);
    await runWell(...convertArgs(write(`${name}.wav`, encodeWav(audio, '16')), out));
    const { samples } = decodeWav(readFileSync(out), out);
    expect(samples.length).toBe(audio.samples.length);
    if (name === 'silence') expect(samples.every((sample) => sample === 0)).toBe(true);
  });
});

describe('settings and paths', () => {
  test('an unknown key, with the one that was meant', async () => {
    const error = await refusal(...trainArgs(place, place.at('none'), '--set', 'training.lr=1'));
    expect(error.message).toContain('training.lr');
    expect(error.message).toContain('did you mean training.learningRate?');
    expect(existsSync(place.at('none'))).toBe(false);
  });

  test.each([
    ['convert', '--out'],
    ['train', '--save-dir'],
    ['ingest', '--data'],
    ['demo', '--out'],
  ])('%s: an output path below a file', async (verb, flag) => {
    const file = write('file', Buffer.from('a file'));
    const target = join(file, 'below');
    const song = write('any.wav', sungWav(rate, rate, 220));
    const args: Record<string, string[]> = {
      convert: convertArgs(song, target),
      train: trainArgs(place, target, ...smallModel),
      ingest: ['ingest', place.at('songs.zip'), flag, target],
      demo: ['demo', flag, target],
    };
    const error = await refusal(...args[verb]!);
    expect(error.code).toMatch(/not-writable$/);
    expect(error.message).toContain(target);
    expect(readFileSync(file, 'utf8')).toBe('a file');
  });

  test('convert: the output is a folder', async () => {
    const song = write('any.wav', sungWav(rate, rate, 220));
    const error = await refusal(...convertArgs(song, place.at('data')));
    expect(error).toMatchObject({ code: 'out-not-writable', message: expect.stringContaining('folder') });
  });
});

describe('voices', () => {
  /** A copy of the voice whose extra says something else. */
  async function edited(name: string, edit: (extra: Extra) => Partial<Extra>): Promise<string> {
    const original = await readCheckpoint(checkpoint);
    const extra = original.extra!;
    const copy: Checkpoint = { ...original, extra: { ...extra, ...edit(extra) } };
    await writeCheckpoint(place.at(name), copy);
    return place.at(name);
  }

  async function refusedFor(model: string): Promise<ReturnType<typeof refusal>> {
    const out = place.at('voice-out.wav');
    const error = await refusal(...convertArgs(write('any.wav', sungWav(rate, rate, 220)), out, model));
    expect(error.message).toContain(model);
    expect(existsSync(out)).toBe(false);
    return error;
  }

  test('of another architecture', async () => {
    const model = await edited('architecture.ckpt', ({ config }) => {
      const { model: network, ...rest } = JSON.parse(config);
      return { config: JSON.stringify({ ...rest, model: { ...network, residualChannels: 32 } }) };
    });
    expect(await refusedFor(model)).toMatchObject({ code: 'other-architecture' });
  });

  test('from another encoder', async () => {
    const model = await edited('encoder.ckpt', () => ({ encoderId: 'contentvec-9' }));
    expect(await refusedFor(model)).toMatchObject({
      code: 'other-encoder',
      message: expect.stringContaining('contentvec-9'),
    });
  });

  test.each([
    [
      'pitchId',
      'crepe:0123456789abcdef:40-1100',
      'other-pitch',
      'begins with 0123456789abcdef in DIFF_SVC_CREPE',
    ],
    ['pitchId', 'pyin-0:40-1100', 'other-pitch', 'version of diff-svc'],
    ['vocoderId', 'nsf-hifigan:0123456789abcdef', 'other-vocoder', '--vocoder'],
  ])('made with another %s: %s', async (key, id, code, fix) => {
    const model = await edited(`${id.split(':')[0]}.ckpt`, () => ({ [key]: id }));
    expect(await refusedFor(model)).toMatchObject({
      code,
      message: expect.stringContaining(id),
      remedy: expect.stringContaining(fix),
    });
  });

  test('a folder without one', async () => {
    expect(await refusedFor(place.at('data'))).toMatchObject({ code: 'no-checkpoint' });
  });
});
