/** Google Drive through the built command line, as a person on two machines uses it; the Drive is the emulator. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { stateHashes } from '../support/state-hash';
import { run, runWell, start } from './cli-process';
import { refusal } from './refusal';
import { makeDataset, makeWorkplace, smallModel, trainArgs } from './small-voice';
import { sungWav } from './sung';

const place = makeWorkplace();
const before = { ...process.env };
// A schedule that ends at --steps would be another one for each number of steps.
const model = [...smallModel, 'training.schedule=step'];
let emulator: DriveEmulator;
let everything = '';

/** Programs started from now on run on this machine: with its own local files, the same login. */
function onMachine(name: string): string {
  process.env.XDG_DATA_HOME = place.at(name);
  return join(place.at(name), 'diff-svc', 'runs', 'diff-svc', 'alice');
}

async function well(...args: string[]): Promise<{ json: Record<string, unknown>; err: string }> {
  const { out, err } = await runWell(...args, ...(args.includes('--json') ? [] : ['--json']));
  everything += out + err;
  return { json: JSON.parse(out), err };
}

const listed = async (): Promise<{ step: number; pinned: boolean }[]> =>
  (await well('drive', 'ls', 'diff-svc/alice')).json as unknown as { step: number; pinned: boolean }[];

beforeAll(async () => {
  emulator = await DriveEmulator.start();
  Object.assign(process.env, { DIFF_SVC_GOOGLE_ROOT: emulator.url, XDG_CONFIG_HOME: place.at('config') });
  const { clientId, clientSecret } = emulator.accounts.grant({ scopes: [] });
  Object.assign(process.env, { DIFF_SVC_CLIENT_ID: clientId, DIFF_SVC_CLIENT_SECRET: clientSecret });
  onMachine('first');
  await makeDataset(place);
});
afterAll(async () => {
  process.env = before;
  await emulator.stop();
  place.remove();
});

test('login through a browser', async () => {
  const login = start('drive', 'login', '--json');
  login.child.stderr!.on('data', (text) => {
    const address = /http\S+/.exec(String(text))?.[0];
    if (address !== undefined) void fetch(address).catch(() => undefined);
  });
  const { code, out, err } = await login.ended;
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toEqual({
    path: join(place.at('config'), 'diff-svc', 'google.json'),
    scopes: ['drive.file'],
  });
  expect(statSync(JSON.parse(out).path).mode & 0o777).toBe(0o600);
});

test('recordings go up and come back', async () => {
  const missing = await refusal(
    'ingest',
    'drive:diff-svc/alice/alice.zip',
    '--data',
    place.at('data-2'),
    '--preset',
    'demo',
  );
  expect(missing).toMatchObject({
    code: 'dataset-missing',
    remedy: expect.stringContaining('drive.readonly'),
  });
  await well('drive', 'upload', place.at('songs.zip'), '--singer', 'alice');
  await well(
    'ingest',
    '/content/drive/Mydrive/diff-svc/alice/alice.zip',
    '--data',
    place.at('data-2'),
    '--preset',
    'demo',
  );
  const source = (folder: string) => JSON.parse(readFileSync(join(place.at(folder), 'dataset.json'), 'utf8'));
  expect(source('data-2').clips).toEqual(source('data').clips);
});

test('training on two machines equals training on one, bit for bit; as many as asked for stay', async () => {
  const whole = place.at('whole');
  await well(
    ...trainArgs(place, whole, ...model, '--keep', '1', '--steps', '16', '--checkpoint-interval', '4'),
  );
  onMachine('first');
  const first = await well(
    ...trainArgs(
      place,
      'drive:diff-svc/alice',
      ...model,
      '--steps',
      '12',
      '--checkpoint-interval',
      '4',
      '--keep',
      '1',
    ),
  );
  expect(first.err).toMatch(/Drive: 3 saves of \d+ MB \(slim \d+ MB\) need up to .* it fits, all stay full/);
  expect(first.err).toMatch(/Saved model_ckpt_steps_12\.ckpt to Google Drive: size and checksum verified\./);
  expect((await listed()).map(({ step }) => step)).toEqual([12]);

  rmSync(place.at('first'), { recursive: true });
  const second = onMachine('second');
  const resumed = await well(
    ...trainArgs(place, '/content/drive/MyDrive/diff-svc/alice', '--resume', 'latest', '--steps', '16'),
  );
  expect(resumed.json).toMatchObject({ startStep: 12, step: 16 });
  expect((await listed()).map(({ step }) => step)).toEqual([16]);
  const state = async (folder: string) =>
    stateHashes(await readCheckpoint(join(folder, 'model_ckpt_steps_16.ckpt')));
  expect(await state(second)).toEqual(await state(whole));
});

test('a voice on Drive sings as it does here', async () => {
  writeFileSync(place.at('song.wav'), sungWav(44100, 44100, 220));
  const sing = async (model: string, out: string): Promise<Buffer> => {
    const flags = ['--model', model, '--out', place.at(out), '--speedup', '100'];
    await well('convert', place.at('song.wav'), ...flags);
    return readFileSync(place.at(out));
  };
  onMachine('third');
  expect(await sing('drive:diff-svc/alice', 'far.wav')).toEqual(await sing(place.at('whole'), 'near.wav'));
});

test('a new run does not mix with what is there', async () => {
  const refused = await refusal(
    'train',
    '--data',
    place.at('data'),
    '--save-dir',
    'drive:diff-svc/alice',
    ...model,
  );
  expect(refused).toMatchObject({ code: 'save-dir-in-use', message: expect.stringContaining('step 16') });
});

test('what will not fit is refused with numbers and choices before anything is computed', async () => {
  emulator.accounts.account(emulator.accounts.person).quotaBytes = 12_000_000;
  const refused = await refusal(
    ...[
      'train',
      '--data',
      place.at('data'),
      '--save-dir',
      'drive:diff-svc/bob',
      ...model,
      '--steps',
      '80000',
      '--checkpoint-interval',
      '2000',
    ],
  );
  emulator.accounts.account(emulator.accounts.person).quotaBytes = 15e9;
  expect(refused.code).toBe('drive-space');
  expect(refused.message).toMatch(
    /40 saves of .* in the trash.*Choices:.*--drive-purge.*--checkpoint-interval/s,
  );
});

test('pin, restore, du', async () => {
  await well('drive', 'restore', 'diff-svc/alice', '12');
  await well('drive', 'pin', 'drive:diff-svc/alice', '16');
  expect((await listed()).map(({ step, pinned }) => [step, pinned])).toEqual([
    [16, true],
    [12, true],
  ]);
  const { json } = await well('drive', 'du', 'diff-svc/alice');
  expect(json.folderBytes).toBeGreaterThan(0);
  expect(json.freeBytes).toBe(15e9 - Number(json.usedBytes));
});

test('logout takes the login back, and nothing ever showed it', async () => {
  const { tokens } = JSON.parse(readFileSync(join(place.at('config'), 'diff-svc', 'google.json'), 'utf8'));
  await well('drive', 'logout');
  expect(() => statSync(join(place.at('config'), 'diff-svc', 'google.json'))).toThrow();
  for (const token of Object.values(tokens).filter(
    (value) => typeof value === 'string' && value.length > 20,
  )) {
    if (!String(token).startsWith('https:')) expect(everything).not.toContain(token);
  }
  const { out } = await run('drive', 'ls', '--json');
  expect(JSON.parse(out)).toEqual([]);
});
