/** Whether a training on two machines equals one that nobody interrupted, bit for bit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../lib/checkpoint/read';
import { stateHashes } from '../../test/support/state-hash';

/** Names of the tensors and counters that differ. */
export async function differences(one: string, other: string): Promise<string[]> {
  const [a, b] = await Promise.all([one, other].map(async (path) => stateHashes(await readCheckpoint(path))));
  const names = new Set([...Object.keys(a!), ...Object.keys(b!)]);
  return [...names].filter((name) => a![name] !== b![name]);
}

/** The loss curve in a folder: step to loss, from `from` on. */
export function lossCurve(folder: string, from: number): Map<number, number> {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const points = lines.map((line) => JSON.parse(line) as { step: number; loss: number });
  return new Map(points.filter(({ step }) => step > from).map(({ step, loss }) => [step, loss]));
}
