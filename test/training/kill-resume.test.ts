/** N updates in one go equal N updates with twenty kills in between, bit for bit. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { Philox, streams } from '../../lib/random/philox';
import { stateHashes } from '../support/state-hash';

const updates = 120;
const kills = 20;
const folder = mkdtempSync(join(tmpdir(), 'diff-svc-kill-'));
const child = join(__dirname, '../support/train-child.ts');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(saveDir: string, resume: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', child, saveDir, resume, String(updates)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs until the process ends; `onLine` may kill it. */
async function run(
  process: ChildProcess,
  onLine: (line: string) => void,
): Promise<{ lines: string[]; errors: string }> {
  const lines: string[] = [];
  let errors = '';
  process.stderr!.on('data', (text) => (errors += text));
  createInterface({ input: process.stdout! }).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  await new Promise((resolve) => process.on('close', resolve));
  return { lines, errors };
}

async function finalState(saveDir: string): Promise<Record<string, string>> {
  return stateHashes(await readCheckpoint(join(saveDir, `model_ckpt_steps_${updates}.ckpt`)));
}

test('twenty kill -9 at random moments change nothing', { timeout: 300_000 }, async () => {
  const whole = join(folder, 'whole');
  const { lines, errors } = await run(start(whole, 'none'), () => {});
  expect(lines.at(-1), errors).toBe(`done ${updates}`);

  const killed = join(folder, 'killed');
  const random = new Philox(2024, streams.order);
  let insideSaves = 0;
  for (let kill = 0; kill < kills; kill++) {
    const process = start(killed, kill === 0 ? 'none' : 'latest');
    // Every second kill aims at a save: some milliseconds after the state was taken.
    const aimAtSave = kill % 2 === 1;
    let stepsLeft = 1 + random.integer(6);
    let saving = false;
    const { lines: seen } = await run(process, (line) => {
      if (line === 'saving') saving = true;
      if (line.startsWith('step')) saving = false;
      if (aimAtSave && line === 'saving') setTimeout(() => process.kill('SIGKILL'), random.integer(12));
      if (!aimAtSave && line.startsWith('step') && --stepsLeft === 0) process.kill('SIGKILL');
    });
    if (saving) insideSaves += 1;
    expect(
      seen.some((line) => line.startsWith('done')),
      'the run ended before it was killed',
    ).toBe(false);
  }
  expect(insideSaves).toBeGreaterThan(0);

  const { lines: last, errors: lastErrors } = await run(start(killed, 'latest'), () => {});
  expect(last.at(-1), lastErrors).toBe(`done ${updates}`);
  expect(await finalState(killed)).toEqual(await finalState(whole));
  // Three kept, the rest in the trash, and no debris of the kills.
  const names = readdirSync(killed).filter(
    (name) => !['trash', 'config.yaml', 'metrics.jsonl'].includes(name),
  );
  expect(names.sort()).toEqual([110, 115, 120].map((n) => `model_ckpt_steps_${n}.ckpt`).sort());
});
