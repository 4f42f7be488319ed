import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTorchFile } from '../../../lib/checkpoint/torch-file';
import { createContentVec } from '../../../lib/encoder/contentvec/contentvec';
import { contentVecState } from '../../../lib/encoder/contentvec/keys';
import type { HostTensor } from '../../../lib/encoder/hubert-soft/keys';
import { loadEngine } from '../../../lib/engine/backend';
import { compileProgram } from '../../../lib/engine/compile/program';
import { readSafetensors, toFloat32 } from '../../../lib/storage/safetensors';

/** Random weights of HuBERT base in miniature and what PyPI's transformers makes of them: make-fixture.py. */
const at = (name: string): string => join(__dirname, name);
const options = { heads: 4, id: 'test' };

type Lazy = { readonly shape: readonly number[]; toFloat32(): Float32Array };

async function tensorsOf(file: string, under?: string): Promise<Map<string, HostTensor>> {
  const root = (await readTorchFile(at(file))) as Map<string, unknown>;
  const state = (under === undefined ? root : root.get(under)) as Map<string, Lazy>;
  return new Map([...state].map(([name, t]) => [name, { shape: t.shape, data: t.toFloat32() }]));
}

async function expected(name: string): Promise<{ data: Float32Array; shape: readonly number[] }> {
  const tensor = (await readSafetensors(at('contentvec.safetensors'))).tensors.get(name)!;
  return { data: toFloat32(tensor, name), shape: tensor.shape };
}

beforeAll(() => loadEngine());

describe('ContentVec', () => {
  const compiled = { compiled: { compile: compileProgram, precision: 'f32' as const } };
  it.each([
    ['transformers', 'transformers.bin', undefined, {}],
    ['fairseq', 'fairseq.pt', 'model', {}],
    ['transformers, compiled', 'transformers.bin', undefined, compiled],
  ])('gives what transformers gives, from the layout of %s', async (_, file, under, how) => {
    const tensors = await tensorsOf(file, under);
    const wav = await expected('wav');
    for (const [kind, name] of [
      ['768-l12', 'l12'],
      ['256-l9', 'l9'],
    ] as const) {
      const encoder = createContentVec(tensors, { ...options, kind, ...how });
      const audio = { samples: wav.data, sampleRate: 16000 };
      const { matrix, firstCentreSeconds } = await encoder.units(audio, await encoder.profile([audio]));
      encoder.dispose();
      const due = await expected(name);
      expect([matrix.frames, matrix.width]).toEqual(due.shape);
      // (5000 - 400) / 320 + 1 units; the first is centred at sample 200
      expect([matrix.frames, firstCentreSeconds]).toEqual([15, 200 / 16000]);
      const worst = Math.max(...matrix.data.map((value, i) => Math.abs(value - due.data[i]!)));
      expect(worst).toBeLessThan(2e-5);
    }
  });

  it('has the same tensors in both layouts', async () => {
    const [a, b] = [await tensorsOf('transformers.bin'), await tensorsOf('fairseq.pt', 'model')];
    expect(contentVecState(a)).toEqual(contentVecState(b));
  });

  it('needs no projection for layer 12, and says when it is missing for layer 9', async () => {
    const tensors = await tensorsOf('transformers.bin');
    tensors.delete('final_proj.weight');
    createContentVec(tensors, { ...options, kind: '768-l12' }).dispose();
    expect(() => createContentVec(tensors, { ...options, kind: '256-l9' })).toThrow(/proj\.weight/);
  });

  it('refuses what is no HuBERT, and a number of heads that cannot be', async () => {
    const none = new Map([['a.weight', { shape: [1], data: Float32Array.of(1) }]]);
    expect(() => createContentVec(none, { ...options, kind: '768-l12' })).toThrow(/found a\.weight/);
    const tensors = await tensorsOf('transformers.bin');
    expect(() => createContentVec(tensors, { ...options, heads: 5, kind: '768-l12' })).toThrow(/5 heads/);
  });
});
