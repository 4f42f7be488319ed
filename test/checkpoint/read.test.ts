import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findCheckpoints, newestGoodCheckpoint } from '../../lib/checkpoint/find';
import { parseCheckpoint, readCheckpoint } from '../../lib/checkpoint/read';
import { readCheckpointExtra } from '../../lib/checkpoint/read-extra';
import { readTorchFile } from '../../lib/checkpoint/torch-file';
import type { TorchTensor } from '../../lib/checkpoint/torch-tensor';
import { writeCheckpoint } from '../../lib/checkpoint/write';
import { sampleCheckpoint } from './samples';

const golden = (name: string) => join(__dirname, '../golden/checkpoints', name);
const folder = mkdtempSync(join(tmpdir(), 'read-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['', '.cuda', '.intstep', '.legacy', '.cuda.legacy'])(
  'model_ckpt_steps_4000%s.ckpt',
  async (kind) => {
    const checkpoint = await readCheckpoint(golden(`model_ckpt_steps_4000${kind}.ckpt`));
    // values as Python's pickletools shows them in the zip file
    expect(checkpoint).toMatchObject({ step: 4000, epoch: 57, extra: null });
    expect(checkpoint.optimizer).toMatchObject({
      step: 12,
      learningRate: 0.0002,
      initialLearningRate: 0.0008,
      betas: [0.9, 0.98],
      eps: 1e-8,
      weightDecay: 0,
    });
    const names = [...checkpoint.weights.keys()];
    expect(names.slice(0, 2)).toEqual(['betas', 'alphas_cumprod']);
    const trained = names.filter(
      (name) => name.startsWith('denoise_fn.') || name === 'fs2.pitch_embed.weight',
    );
    expect([...checkpoint.optimizer!.moments.keys()]).toEqual(trained);
  },
);

test('a clean file has weights only and takes its step from its name', async () => {
  const checkpoint = await readCheckpoint(golden('clean_model_ckpt_steps_4000.ckpt'));
  expect(checkpoint).toMatchObject({ step: 4000, optimizer: null, extra: null });
  const whole = await readCheckpoint(golden('model_ckpt_steps_4000.ckpt'));
  expect([...checkpoint.weights]).toEqual([...whole.weights]);
});

test('plain values beside tensors, integers kept', async () => {
  for (const name of ['views.pt', 'views.legacy.pt']) {
    const tree = (await readTorchFile(golden(name))) as Map<string, unknown>;
    expect(tree.get('nested')).toEqual([
      [1, 2.5, 'x', null, true],
      new Map<string, number>([
        ['a', -7],
        ['big', 2 ** 40],
      ]),
    ]);
    expect(tree.get('np_scalar')).toBe(1.25);
    expect((tree.get('int64') as TorchTensor).values()).toBeInstanceOf(BigInt64Array);
    expect((tree.get('float64') as TorchTensor).values()).toBeInstanceOf(Float64Array);
  }
});

test('tensors of a zip file are views of one buffer', async () => {
  const { weights } = await readCheckpoint(golden('model_ckpt_steps_4000.ckpt'));
  expect(new Set([...weights.values()].map(({ data }) => data.buffer)).size).toBe(1);
});

test('what is written comes back, whole and clean', async () => {
  const path = join(folder, 'model_ckpt_steps_300.ckpt');
  const checkpoint = sampleCheckpoint();
  await writeCheckpoint(path, checkpoint);
  expect(await readCheckpoint(path)).toEqual(checkpoint);
  expect(await readCheckpointExtra(path)).toEqual(checkpoint.extra);
  const slim = { ...checkpoint, optimizer: null, extra: null };
  await writeCheckpoint(path, slim);
  expect(await readCheckpoint(path)).toEqual(slim);
});

test('NaN payloads and signed zeros survive', async () => {
  const path = join(folder, 'bits.ckpt');
  const bits = Uint32Array.of(0x7fc00001, 0x80000000, 0xff800000, 0x00000001);
  const weights = new Map([['betas', { shape: [4], data: new Float32Array(bits.buffer) }]]);
  await writeCheckpoint(path, { step: 1, epoch: 0, weights, optimizer: null, extra: null });
  const back = (await readCheckpoint(path)).weights.get('betas')!.data;
  expect(new Uint32Array(back.buffer, back.byteOffset, 4)).toEqual(bits);
});

test.each([
  [new Uint8Array(0), 'checkpoint-torn', /is empty/],
  [Buffer.from('<!DOCTYPE html>'), 'checkpoint-invalid', /web page/],
  [Buffer.from('hello'), 'checkpoint-invalid', /not a file of torch.save/],
])('what is no checkpoint is refused (%#)', (bytes, code, message) => {
  expect(() => parseCheckpoint(bytes, 'x')).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('other files of weights are refused by name of what is missing', async () => {
  await expect(readCheckpoint(golden('hubert_soft_flat.pt'))).rejects.toThrow(/no state_dict/);
  await expect(readCheckpoint(join(folder, 'missing.ckpt'))).rejects.toMatchObject({
    code: 'file-unreadable',
  });
  await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
});

test('a flipped bit in a tensor is noticed', async () => {
  const path = join(folder, 'flipped.ckpt');
  await writeCheckpoint(path, sampleCheckpoint());
  const bytes = new Uint8Array(readFileSync(path));
  bytes[Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(30, 30.125).buffer))]! ^= 1;
  expect(() => parseCheckpoint(bytes, path)).toThrow(expect.objectContaining({ code: 'checkpoint-torn' }));
  expect(() => parseCheckpoint(bytes, path, { verify: false })).not.toThrow();
});

test('the newest good checkpoint is found, torn ones are reported', async () => {
  const runs = mkdtempSync(join(folder, 'runs-'));
  const file = (step: number) => join(runs, `model_ckpt_steps_${step}.ckpt`);
  for (const step of [2, 10, 100]) await writeCheckpoint(file(step), sampleCheckpoint(step));
  for (const other of [
    'clean_model_ckpt_steps_900.ckpt',
    'model_ckpt_best.pt',
    'model_ckpt_steps_7.ckpt.part',
  ]) {
    copyFileSync(file(2), join(runs, other));
  }
  expect(await findCheckpoints(runs)).toEqual([100, 10, 2].map((step) => ({ path: file(step), step })));
  const whole = readFileSync(file(100));
  writeFileSync(file(100), whole.subarray(0, whole.length / 2));
  const flipped = readFileSync(file(10));
  flipped[flipped.indexOf('denoise_fn')]! ^= 1;
  writeFileSync(file(10), flipped);
  const torn: string[] = [];
  const best = await newestGoodCheckpoint(runs, {
    onTorn: (path, error) => torn.push(`${path}: ${error.message}`),
  });
  expect(best).toEqual({ path: file(2), step: 2 });
  expect(torn).toEqual([expect.stringContaining(file(100)), expect.stringContaining(file(10))]);
  expect(torn[1]).toMatch(/checksum/);
  expect(await newestGoodCheckpoint(join(runs, 'none'), { onTorn: () => undefined })).toBeNull();
});
