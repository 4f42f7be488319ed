/** Faults of every kind that the emulator has, by chance, about one request in twenty. */
import type { FaultAction, FaultRule, Faults } from '../support/drive-emulator/faults';

/** Numbers in [0, 1) by a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MB = 1 << 20;
const piece = { contentRange: '^bytes \\d' } as const;
const download = { query: 'alt=media' } as const;

/** What can hit any request; each gets an equal share of the rate. */
const EVERYWHERE: readonly FaultAction[] = [
  { kind: 'drop', when: 'before' },
  { kind: 'drop', when: 'after' },
  { kind: 'status', status: 500, when: 'after' },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfterSeconds: 30 },
  { kind: 'status', status: 403, reason: 'userRateLimitExceeded' },
  { kind: 'expireToken' },
];

/** What makes sense for some requests only; each in this share of them. */
const SPECIAL: readonly (readonly [Omit<FaultRule, 'action'>, FaultAction, number])[] = [
  [piece, { kind: 'keep', bytes: 3 * MB, end: 'drop' }, 0.01],
  [piece, { kind: 'keep', bytes: 2 * MB, end: 'answer' }, 0.01],
  [piece, { kind: 'keep', bytes: 0, end: 'answer' }, 0.01],
  [piece, { kind: 'flip' }, 0.01],
  [{ contentRange: '^bytes' }, { kind: 'expireSession' }, 0.005],
  [{ method: 'GET', path: 'files$' }, { kind: 'incompleteSearch' }, 0.02],
  [{ method: 'PATCH' }, { kind: 'status', status: 403, reason: 'insufficientFilePermissions' }, 0.03],
  [
    { method: 'POST', path: '^/upload/' },
    { kind: 'status', status: 403, reason: 'storageQuotaExceeded' },
    0.01,
  ],
  [{}, { kind: 'revokeToken' }, 0.0005],
  [download, { kind: 'truncate', bytes: 5 * MB }, 0.2],
  [download, { kind: 'flip' }, 0.05],
];

/**
 * Puts them in force.
 * @param rate of the faults that can hit any request, together
 * @param reading only what a process that just reads can overcome by itself: not a withdrawn consent, not half a list
 */
export function addRandomFaults(faults: Faults, rate: number, reading = false): void {
  for (const [where, action, probability] of SPECIAL) {
    if (reading && (action.kind === 'revokeToken' || action.kind === 'incompleteSearch')) continue;
    faults.add({ ...where, action, probability, times: 'always' });
  }
  for (const action of EVERYWHERE) {
    faults.add({ action, probability: rate / EVERYWHERE.length, times: 'always' });
  }
}
