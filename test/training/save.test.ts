import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import { saveCheckpoint, setFutureAside } from '../../lib/training/save';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diff-svc-save-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function checkpoint(step: number, values = 64): Checkpoint {
  const weights = new Map([['denoise_fn.w', { shape: [values], data: new Float32Array(values).fill(step) }]]);
  return { step, epoch: 0, weights, optimizer: null, extra: null };
}

function options(saveDir: string, notices: string[] = [], keep = 10) {
  let clock = 1000;
  return { saveDir, keep, now: () => clock++, notice: (message: string) => notices.push(message) };
}

const name = (step: number): string => `model_ckpt_steps_${step}.ckpt`;

describe('saveCheckpoint', () => {
  test('twelve saves leave ten, and two in the trash under the time of their trashing', async () => {
    const how = options(folder);
    for (let i = 1; i <= 12; i++) await saveCheckpoint(checkpoint(2000 * i), how);
    const kept = readdirSync(folder).filter((file) => file !== 'trash');
    expect(kept.sort()).toEqual(Array.from({ length: 10 }, (_, i) => name(6000 + 2000 * i)).sort());
    expect(readdirSync(join(folder, 'trash')).sort()).toEqual([`1000-${name(2000)}`, `1001-${name(4000)}`]);
  });

  test('a weight that is not finite is not saved, and what is there stays', async () => {
    await saveCheckpoint(checkpoint(1), options(folder));
    const bad = checkpoint(2);
    bad.weights.get('denoise_fn.w')!.data[3] = Number.NaN;
    await expect(saveCheckpoint(bad, options(folder))).rejects.toMatchObject({ code: 'not-finite' });
    expect(readdirSync(folder)).toEqual([name(1)]);
  });

  test('uninitialised memory that the reference writes is no reason to refuse (spec k.12)', async () => {
    const good = checkpoint(1);
    const placeholder = { shape: [1], data: Float32Array.of(Number.NaN) };
    (good.weights as Map<string, typeof placeholder>).set(
      'fs2.pitch_predictor.embed_positions._float_tensor',
      placeholder,
    );
    await saveCheckpoint(good, options(folder));
    expect(readdirSync(folder)).toEqual([name(1)]);
  });

  test('a nearly full disk: our oldest trash goes for good, nothing foreign does', async (context) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      return context.skip('mounting a small disk is not permitted here');
    }
    try {
      const notices: string[] = [];
      const how = options(disk, notices, 1);
      mkdirSync(join(disk, 'trash'));
      writeFileSync(join(disk, 'trash', 'my-own-notes.txt'), 'keep me');
      // 256 KiB each: after the first few, fewer than three more would fit.
      for (let i = 1; i <= 8; i++) await saveCheckpoint(checkpoint(i, 65_536), how);
      const trash = readdirSync(join(disk, 'trash'));
      expect(trash).toContain('my-own-notes.txt');
      expect(trash).not.toContain(`1000-${name(1)}`);
      expect(trash.some((file) => file.endsWith(name(7)))).toBe(true);
      expect(notices[0]).toContain(name(1));
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

describe('setFutureAside', () => {
  test('going on from an earlier step moves what came after, and the log, into the trash', async () => {
    const notices: string[] = [];
    const how = options(folder, notices);
    for (const step of [2000, 4000, 6000]) await saveCheckpoint(checkpoint(step), how);
    writeFileSync(join(folder, 'metrics.jsonl'), 'a line\n');
    await setFutureAside(2000, 'metrics.jsonl', how);
    expect(readdirSync(folder).sort()).toEqual(['metrics.jsonl', name(2000), 'trash']);
    const trash = readdirSync(join(folder, 'trash')).sort();
    expect(trash.map((file) => file.replace(/^\d+-/, '')).sort()).toEqual([
      'metrics.jsonl',
      name(4000),
      name(6000),
    ]);
    const log = trash.find((file) => file.endsWith('metrics.jsonl'))!;
    expect(readFileSync(join(folder, 'trash', log), 'utf8')).toBe('a line\n');
    expect(notices.join()).toContain('4000');
    // The new future is then kept, not rotated away.
    await saveCheckpoint(checkpoint(3000), { ...how, keep: 1 });
    expect(readdirSync(folder)).toContain(name(3000));
  });

  test('nothing happens when there is no future', async () => {
    await saveCheckpoint(checkpoint(2000), options(folder));
    await setFutureAside(2000, 'metrics.jsonl', options(folder));
    expect(readdirSync(folder)).toEqual([name(2000)]);
  });
});
