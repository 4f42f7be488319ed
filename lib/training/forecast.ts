/** Whether the checkpoints of a training will fit. Pure: numbers in, a plan or the choices out. */

import type { ModelConfig } from '../config/schema';
import { parameterSpecs } from '../model/parameters';

/** Sizes of a checkpoint in bytes. */
export interface CheckpointSizes {
  readonly fullBytes: number;
  /** weights only */
  readonly slimBytes: number;
}

/** What is planned and what is there. */
export interface ForecastInput extends CheckpointSizes {
  /** saves until the end of the planned steps */
  readonly saves: number;
  readonly keep: number;
  /** null: the store does not say */
  readonly freeBytes: number | null;
  /** of all that the trash holds */
  readonly trashBytes: number | null;
  /** the store can let bytes of superseded files go without losing them */
  readonly letsGo: boolean;
  /** superseded files of ours are deleted for good */
  readonly purge: boolean;
  /** only every so manieth save is whole, the others slim; 1: all whole */
  readonly wholeEvery: number;
}

/** How the store is to be used. */
export interface SpacePlan {
  /** newest checkpoints that stay full; null: all */
  readonly fullCount: number | null;
  /** most bytes that are needed at any moment, beyond what is there */
  readonly needBytes: number;
}

/** What a person can do when it does not fit, with what each needs. */
export interface SpaceChoice {
  readonly text: string;
  readonly flags: string;
  readonly needBytes: number;
}

/** The outcome: a plan that fits, or choices of which some may fit. */
export interface Forecast {
  readonly plan: SpacePlan | null;
  /** least of all plans that were looked at */
  readonly needBytes: number;
  readonly choices: readonly SpaceChoice[];
}

/** Newest ones that stay full where space is short. */
const fullWhenShort = 2;

/** For what else the file holds (names, profile, zip directory) and what a quota counts beside. */
const margin = 1.02;

/** Sizes of the checkpoints of `model`, float32, AdamW; within a percent. @param extraBytes what we add: retrieval frames */
export function checkpointSizes(model: ModelConfig, extraBytes = 0): CheckpointSizes {
  let [slim, moments] = [extraBytes, 0];
  for (const { shape, trained } of parameterSpecs(model)) {
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    slim += bytes;
    if (trained) moments += 2 * bytes;
  }
  return { slimBytes: Math.ceil(slim * margin), fullBytes: Math.ceil((slim + moments) * margin) };
}

/**
 * Most bytes beyond what is there, if the first save is the first of `saves`. The trash fills the quota for 30 days, which
 * is longer than a training: so nothing that was uploaded is counted as free again, unless its bytes are let go or it is
 * purged. One file more than stays is there while the next is uploaded.
 */
export function bytesNeeded(input: ForecastInput, fullCount: number | null): number {
  const { saves, keep, fullBytes, slimBytes, purge, wholeEvery } = input;
  const wholes = Math.ceil(saves / wholeEvery);
  const slims = saves - wholes;
  if (fullCount === null) {
    if (!purge) return wholes * fullBytes + slims * slimBytes;
    const there = Math.min(saves, keep + 1);
    const keptWholes = Math.min(there, Math.ceil(there / wholeEvery));
    return keptWholes * fullBytes + (there - keptWholes) * slimBytes;
  }
  const full = Math.min(saves, fullCount + 1);
  const slim = Math.max(0, (purge ? Math.min(saves, keep + 1) : saves) - fullCount);
  return full * fullBytes + slim * slimBytes;
}

/** Everything full if that fits, else the newest two full and the others slim, else what else could be done. */
export function forecast(input: ForecastInput): Forecast {
  const free = input.freeBytes ?? Number.POSITIVE_INFINITY;
  // What is not uploaded whole cannot be made slim; letting go and purging each make room.
  const canShrink = (input.letsGo || input.purge) && input.wholeEvery === 1 && input.keep > fullWhenShort;
  const counts = canShrink ? [null, fullWhenShort] : [null];
  const plans = counts.map((fullCount) => ({ fullCount, needBytes: bytesNeeded(input, fullCount) }));
  const plan = plans.find(({ needBytes }) => needBytes <= free) ?? null;
  const needBytes = Math.min(...plans.map((p) => p.needBytes));
  return {
    plan,
    needBytes,
    choices: plan === null ? choicesFor(input).filter((choice) => choice.needBytes < needBytes) : [],
  };
}

function choicesFor(input: ForecastInput): SpaceChoice[] {
  const free = input.freeBytes ?? Number.POSITIVE_INFINITY;
  const best = (changed: Partial<ForecastInput>): number => {
    const next = { ...input, ...changed };
    const counts = next.letsGo || next.purge ? [null, fullWhenShort] : [null];
    return Math.min(...(next.wholeEvery > 1 ? [null] : counts).map((count) => bytesNeeded(next, count)));
  };
  const purge = {
    text: 'delete superseded checkpoints of ours for good',
    flags: '--drive-purge',
    needBytes: best({ purge: true }),
  };
  const keep = firstFitting(
    [5, 3, 2, 1].filter((n) => n < input.keep),
    (n) => best({ keep: n, purge: true }),
    free,
  );
  const every = firstFitting([2, 3, 5, 10], (n) => best({ wholeEvery: n }), free);
  const fewer = firstFitting([2, 3, 5, 10], (n) => best({ saves: Math.ceil(input.saves / n) }), free);
  return [
    ...(input.purge ? [] : [purge]),
    {
      text: `keep ${keep.n} checkpoints, delete superseded ones for good`,
      flags: `--keep ${keep.n} --drive-purge`,
      needBytes: keep.needBytes,
    },
    {
      text: `slim checkpoints between full ones: only each ${every.n}th whole`,
      flags: `--drive-whole-every ${every.n}`,
      needBytes: every.needBytes,
    },
    { text: `save ${fewer.n} times less often`, flags: '--checkpoint-interval', needBytes: fewer.needBytes },
  ];
}

function firstFitting(
  values: readonly number[],
  need: (n: number) => number,
  free: number,
): { n: number; needBytes: number } {
  const all = (values.length > 0 ? values : [1]).map((n) => ({ n, needBytes: need(n) }));
  return all.find(({ needBytes }) => needBytes <= free) ?? all.at(-1)!;
}

/** Bytes for people: `8.3 GB`, `135 MB`. */
export function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

/** The forecast as lines that are shown before training starts. */
export function describeForecast(input: ForecastInput, { plan, needBytes, choices }: Forecast): string {
  const free = input.freeBytes === null ? 'free space unknown' : `${formatBytes(input.freeBytes)} free`;
  const trash = input.trashBytes === null ? '' : `, ${formatBytes(input.trashBytes)} in the trash`;
  const sizes = `${input.saves} saves of ${formatBytes(input.fullBytes)} (slim ${formatBytes(input.slimBytes)})`;
  if (plan !== null) {
    const how =
      plan.fullCount === null
        ? 'all stay full'
        : `the newest ${plan.fullCount} stay full, older ones become slim`;
    return `Drive: ${sizes} need up to ${formatBytes(plan.needBytes)}, trash included; ${free}${trash}: it fits, ${how}.`;
  }
  const lines = choices.map(
    (c) =>
      `  ${c.text} (${c.flags}): ${formatBytes(c.needBytes)}${c.needBytes <= (input.freeBytes ?? 0) ? ', fits' : ''}`,
  );
  return [
    `${sizes} need ${formatBytes(needBytes)}, trash included, but there are ${free}${trash}. Choices:`,
    ...lines,
  ].join('\n');
}
