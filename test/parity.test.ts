/** Every golden fixture against our code, and the runner against fixtures that are wrong on purpose. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../lib/engine/backend';
import { compare } from './parity/compare';
import type { ParityGroup } from './parity/group';
import { groups } from './parity/index';
import { type FileResult, planFiles, runFile, summarize } from './parity/runner';

const golden = resolve(__dirname, 'golden');

beforeAll(() => loadEngine());

/** What is wrong with a result, in words; empty if nothing. */
function complaints(result: FileResult): string[] {
  const tensors = result.tensors.filter((t) => !t.ok);
  const lines = tensors.map((t) => `${t.tensor}: ${t.problem ?? `${t.error} > ${t.bound} at ${t.index}`}`);
  return result.problem === undefined ? lines : [result.problem, ...lines];
}

describe('golden fixtures', () => {
  it.each(planFiles(golden, groups).map((planned) => [planned.file, planned] as const))(
    '%s',
    async (_file, planned) => {
      const result = await runFile(golden, planned);
      expect(complaints(result)).toEqual([]);
      expect(result.ok).toBe(true);
      expect(result.computed).toBe(result.total);
    },
  );
});

describe('compare', () => {
  const tolerance = { atol: 1e-3, rtol: 1e-2 };

  it.each([
    ['equal', [1, -2], [1, -2], true],
    ['within atol + rtol |fixture|', [1.0109], [1], true],
    ['beyond it', [1.0111], [1], false],
    ['beyond it in one element', [0, 0, 9], [0, 0, 0], false],
    ['NaN computed', [Number.NaN], [1], false],
    ['NaN in the fixture', [1], [Number.NaN], false],
    ['NaN in both (uninitialised memory of the reference)', [Number.NaN], [Number.NaN], true],
    ['infinity', [Number.POSITIVE_INFINITY], [1], false],
    ['infinity in both', [Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY], false],
    ['too few', [1], [1, 1], false],
    ['too many', [1, 1], [1], false],
  ])('%s', (_what, computed, fixture, ok) => {
    expect(compare(computed, fixture, tolerance).ok).toBe(ok);
  });

  it('takes a tolerance of zero as equality', () => {
    expect(compare([3, 4], [3, 4], { atol: 0, rtol: 0 }).ok).toBe(true);
    expect(compare([3, 4 + 2 ** -50], [3, 4], { atol: 0, rtol: 0 }).ok).toBe(false);
  });
});

describe('runner', () => {
  const root = mkdtempSync(join(tmpdir(), 'parity-'));
  afterAll(() => rmSync(root, { recursive: true }));

  const tensors = {
    a: { shape: [2], tolerance: { atol: 1e-6, rtol: 0 } },
    b: { shape: [1], tolerance: { atol: 1e-6, rtol: 0 } },
    given: { shape: [1] },
  };
  const values = { a: [1, 2], b: [3], given: [4] };
  const files = { 'x.safetensors': { what: '', made: '', tensors }, 'y.ckpt': { what: '', made: '' } };

  /** Writes fixtures x (tensors a, b, given) and y (no tensors). */
  function write(x: Record<string, number[]> = values, listed: object = files): void {
    const header: Record<string, unknown> = {};
    let end = 0;
    for (const [name, data] of Object.entries(x)) {
      header[name] = {
        dtype: 'F32',
        shape: [data.length],
        data_offsets: [end, (end += 4 * data.length)],
      };
    }
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const body = Buffer.from(Float32Array.from(Object.values(x).flat()).buffer);
    writeFileSync(join(root, 'x.safetensors'), Buffer.concat([length, json, body]));
    writeFileSync(join(root, 'y.ckpt'), 'y');
    writeFileSync(join(root, 'manifest.json'), JSON.stringify({ files: listed }));
  }

  const x: ParityGroup = {
    name: 'x',
    files: ['x.safetensors'],
    isInput: () => false,
    run: async (fixture, report) => {
      for (const tensor of ['a', 'b'] as const) if (fixture.has(tensor)) report(tensor, values[tensor]);
    },
  };
  const y: ParityGroup = {
    name: 'y',
    files: ['y.ckpt'],
    isInput: () => false,
    run: async () => {},
    check: async () => {},
  };

  async function run(some: readonly ParityGroup[], only?: string[]): Promise<FileResult[]> {
    const results = [];
    for (const planned of planFiles(root, some, only)) results.push(await runFile(root, planned));
    return results;
  }

  it('passes fixtures that are equal', async () => {
    write();
    expect(summarize(await run([x, y]))).toEqual({
      computed: 3,
      total: 3,
      failed: 0,
      failedFiles: 0,
      ok: true,
    });
  });

  it('notices a corrupted fixture', async () => {
    write({ ...values, a: [1, 2.00001] });
    const results = await run([x, y]);
    expect(complaints(results[0]!)[0]).toMatch(/^a: .* at 1$/);
    expect(summarize(results)).toMatchObject({ computed: 3, total: 3, failed: 1, ok: false });
  });

  it.each([
    ['not computed', { ...x, run: async (_f, report) => report('a', values.a) } satisfies ParityGroup],
    [
      'computed as NaN',
      {
        ...x,
        run: async (_f, report) => {
          report('a', values.a);
          report('b', [Number.NaN]);
        },
      } satisfies ParityGroup,
    ],
    [
      'reported right after it was wrong',
      {
        ...x,
        run: async (_f, report) => {
          report('a', values.a);
          report('b', [9]);
          report('b', values.b);
        },
      } satisfies ParityGroup,
    ],
  ] as [string, ParityGroup][])('notices a tensor that is %s', async (_what, group) => {
    write();
    const results = await run([group, y]);
    expect(complaints(results[0]!)).toEqual([expect.stringMatching(/^b: /)]);
    expect(summarize(results)).toMatchObject({ total: 3, failed: 1, ok: false });
  });

  it('notices a group that throws, and says what', async () => {
    write();
    const failing: ParityGroup = { ...x, run: () => Promise.reject(new Error('broken')) };
    expect(complaints((await run([failing]))[0]!)[0]).toBe('broken');
  });

  it('notices a report of a tensor that has no tolerance', async () => {
    write();
    const wild: ParityGroup = { ...x, run: async (_f, report) => report('given', [4]) };
    expect(complaints((await run([wild]))[0]!)[0]).toMatch(/given/);
  });

  it('notices files that no group answers for, and that the manifest does not list', async () => {
    write();
    expect(summarize(await run([x]))).toMatchObject({ computed: 2, total: 3, failed: 1, ok: false });
    expect(summarize(await run([y]))).toMatchObject({ computed: 1, total: 3, ok: false });
    write(values, { 'y.ckpt': files['y.ckpt'] });
    expect(summarize(await run([x, y]))).toMatchObject({ computed: 1, total: 2, ok: false });
  });

  it('notices a tensor that the manifest promises and the file lacks', async () => {
    write({ a: values.a, given: values.given });
    expect(summarize(await run([x, y]))).toMatchObject({ computed: 2, total: 3, failed: 1, ok: false });
  });

  it('runs only the groups asked for, refuses unknown names, and does not pass on nothing', async () => {
    write();
    expect(summarize(await run([x, y], ['y']))).toMatchObject({ computed: 1, total: 1, ok: true });
    expect(() => planFiles(root, [x, y], ['z'])).toThrow(/z/);
    expect(summarize([]).ok).toBe(false);
  });

  it('knows every file of the manifest', () => {
    const listed = Object.keys(JSON.parse(readFileSync(join(golden, 'manifest.json'), 'utf8')).files);
    expect(planFiles(golden, groups).map((planned) => planned.file)).toEqual(listed);
  });
});
