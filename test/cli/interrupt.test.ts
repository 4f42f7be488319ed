/** Ctrl-C: what is done is saved, what is half is gone. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { stateHashes } from '../support/state-hash';
import { run, runWell, start } from './cli-process';
import { makeDataset, makeWorkplace, smallModel, trainArgs } from './small-voice';
import { sungWav } from './sung';

const steps = 30;
const place = makeWorkplace();
const whole = place.at('whole');
const newRun = [...smallModel, '--steps', String(steps)];

beforeAll(async () => {
  await makeDataset(place);
  await runWell(...trainArgs(place, whole, ...newRun));
});
afterAll(() => place.remove());

async function finalState(saveDir: string): Promise<Record<string, string>> {
  return stateHashes(await readCheckpoint(join(saveDir, `model_ckpt_steps_${steps}.ckpt`)));
}

test('training saves, ends with 130, and a resume comes to the same state bit for bit', async () => {
  const saveDir = place.at('interrupted');
  const first = start(...trainArgs(place, saveDir, ...newRun));
  await first.says('train ');
  first.child.kill('SIGINT');
  const { code, out, err } = await first.ended;
  expect(code, err).toBe(130);
  const { step, interrupted, checkpointPath } = JSON.parse(out);
  expect(interrupted).toBe(true);
  expect(step).toBeLessThan(steps);
  expect(checkpointPath).toBe(join(saveDir, `model_ckpt_steps_${step}.ckpt`));
  expect(readdirSync(saveDir).filter((name) => name.startsWith('.'))).toEqual([]);

  const second = await runWell(...trainArgs(place, saveDir, '--resume', 'latest'));
  expect(JSON.parse(second.out)).toMatchObject({ startStep: step, step: steps, interrupted: false });
  expect(await finalState(saveDir)).toEqual(await finalState(whole));
});

test('conversion ends with 130 and leaves no file, not even half of one', async () => {
  writeFileSync(place.at('song.wav'), sungWav(2 * 44_100, 44_100, 220));
  const out = place.at('out');
  const running = start(
    ...['convert', place.at('song.wav'), '--model', whole, '--out', join(out, 'song.wav')],
    // every one of the 1000 steps, so that there is time
    ...['--speedup', '1'],
  );
  await running.says('convert ');
  running.child.kill('SIGINT');
  const { code, out: stdout, err } = await running.ended;
  expect(code, err).toBe(130);
  expect(err).toContain('Stopped.');
  expect(stdout).toBe('');
  expect(readdirSync(out)).toEqual([]);
});

test('an interrupted ingest leaves no dataset behind that looks whole', async () => {
  const clips = place.at('many');
  const ingest = ['ingest', place.at('songs.zip'), '--data', clips, '--preset', 'demo', '--json'];
  const running = start(...ingest);
  await running.says('ingest ');
  running.child.kill('SIGINT');
  const { code } = await running.ended;
  const left = readdirSync(clips).includes('dataset.json');
  // The signal may come when the last clip is cut already.
  expect([code, left]).toEqual(code === 0 ? [0, true] : [130, false]);
  expect((await run(...ingest)).code).toBe(0);
});
