/** Training that cannot begin or go on: a clear error, and every checkpoint stays as it was. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { verifyCheckpoint } from '../../lib/checkpoint/verify';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { stateHashes } from '../support/state-hash';
import { run, runWell, start } from './cli-process';
import { expectRefused, refusal } from './refusal';
import { contents, makeDataset, makeWorkplace, smallModel, trainArgs } from './small-voice';

const steps = 12;
const place = makeWorkplace();
const voice = place.at('voice');
const newRun = [...smallModel, '--steps', String(steps), '--checkpoint-interval', '6'];

beforeAll(async () => {
  await makeDataset(place);
  await runWell(...trainArgs(place, voice, ...newRun));
});
afterAll(() => place.remove());

const name = (step: number): string => `model_ckpt_steps_${step}.ckpt`;

async function finalState(saveDir: string): Promise<Record<string, string>> {
  return stateHashes(await readCheckpoint(join(saveDir, name(steps))));
}

test('a new run into a folder with checkpoints', async () => {
  const before = contents(voice);
  const error = await refusal(...trainArgs(place, voice, ...newRun));
  expect(error).toMatchObject({
    code: 'save-dir-in-use',
    message: expect.stringContaining(voice),
    remedy: expect.stringContaining('--resume latest'),
  });
  expect(contents(voice)).toEqual(before);
});

test('resuming with another architecture', async () => {
  const before = contents(voice);
  const error = await refusal(
    ...trainArgs(place, voice, '--resume', 'latest', '--set', 'model.residualChannels=32'),
  );
  expect(error).toMatchObject({
    code: 'other-architecture',
    message: expect.stringMatching(/model_ckpt_steps_12\.ckpt.*residualChannels is 64 there and 32 here/),
  });
  expect(contents(voice)).toEqual(before);
});

test('resuming from a checkpoint of another encoder', async () => {
  const path = place.at(name(99));
  const checkpoint = await readCheckpoint(join(voice, name(steps)));
  await writeCheckpoint(path, { ...checkpoint, extra: { ...checkpoint.extra!, encoderId: 'contentvec-9' } });
  const error = await refusal(...trainArgs(place, place.at('other'), '--resume', path));
  expect(error).toMatchObject({
    code: 'other-encoder',
    message: expect.stringMatching(/contentvec-9.*model_ckpt_steps_99\.ckpt/),
  });
});

test('the newest checkpoint is torn: the one before is taken, and it says so', async () => {
  const copy = place.copy('voice', 'torn');
  const torn = join(copy, name(steps));
  truncateSync(torn, Math.floor(readFileSync(torn).length / 2));
  const { code, out, err } = await run(...trainArgs(place, copy, '--resume', 'latest'));
  expect(code, err).toBe(0);
  expect(err).toContain(`Left out ${torn}`);
  expect(JSON.parse(out)).toMatchObject({ startStep: 6, step: steps });
  expect(await finalState(copy)).toEqual(await finalState(voice));
});

test('all checkpoints are torn: nothing is begun anew', async () => {
  const copy = place.copy('voice', 'all-torn');
  for (const step of [6, steps]) truncateSync(join(copy, name(step)), 1000);
  const before = contents(copy);
  const error = await refusal(...trainArgs(place, copy, '--resume', 'latest', ...smallModel));
  expect(error).toMatchObject({ code: 'no-checkpoint', message: expect.stringContaining(copy) });
  expect(contents(copy)).toEqual(before);
});

test('two at once in one folder: the second is refused, the first ends as if it were alone', async () => {
  const saveDir = place.at('shared');
  const first = start(...trainArgs(place, saveDir, ...newRun));
  await first.says('train ');
  // held, so that it is surely there when the second looks
  first.child.kill('SIGSTOP');
  try {
    const error = await refusal(...trainArgs(place, saveDir, ...newRun));
    expect(error).toMatchObject({ code: 'folder-locked' });
    expect(error.message).toContain(saveDir);
    expect(error.message).toContain(`process ${first.child.pid}`);
  } finally {
    first.child.kill('SIGCONT');
  }
  const { code, err } = await first.ended;
  expect(code, err).toBe(0);
  expect(await finalState(saveDir)).toEqual(await finalState(voice));
});

/** A memory disk of its own at `folder`, or why there is none. */
function mount(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(`SKIPPED: no permission to mount a small disk (${String(error).split('\n')[0]})`);
    return false;
  }
}

test('the disk is full while saving: older checkpoints are whole, and a resume goes on', async (context) => {
  const saveDir = place.at('small-disk');
  mkdirSync(saveDir);
  const bytes = readFileSync(join(voice, name(steps))).length;
  // two fit, the third does not
  if (!mount(saveDir, `size=${Math.ceil((2.5 * bytes) / 1024)}k`)) return context.skip();
  try {
    const every4 = [...smallModel, '--steps', String(steps), '--checkpoint-interval', '4'];
    const error = expectRefused(await run(...trainArgs(place, saveDir, ...every4)));
    expect(error).toMatchObject({ code: 'disk-full', message: expect.stringContaining(saveDir) });
    expect(Object.keys(contents(saveDir)).filter((file) => file.endsWith('.part'))).toEqual([]);
    for (const step of [4, 8]) await verifyCheckpoint(join(saveDir, name(step)));
    execFileSync('mount', ['-o', `remount,size=${10 * bytes}`, saveDir], { stdio: 'pipe' });
    const { out } = await runWell(...trainArgs(place, saveDir, '--resume', 'latest'));
    expect(JSON.parse(out)).toMatchObject({ startStep: 8, step: steps });
    // only the interval differs from the voice's run, and the configuration records it
    const [here, there] = [await finalState(saveDir), await finalState(voice)];
    expect({ ...here, extra: '' }).toEqual({ ...there, extra: '' });
  } finally {
    execFileSync('umount', [saveDir]);
  }
});
