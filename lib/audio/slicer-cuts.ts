/** Where to cut a stretch that is too long, so that every piece is neither too short nor too long. */

/** Mean squares of consecutive blocks of `block` samples, from the start of the recording. */
export interface BlockPowers {
  readonly powers: Float64Array;
  readonly block: number;
}

/** Bounds of the pieces, in samples; max is at least twice min. */
export interface PieceLengths {
  readonly min: number;
  readonly max: number;
}

/** a cut through digital silence still costs something, so there are no needless cuts */
const CUT_COST_DB = 20;
/** level at and below which one place is as good as another */
const QUIET_DB = -90;

/** Cost of a cut at the start of block `i`: the level of 40 ms around it in dB, always positive. */
function cutCost({ powers }: BlockPowers, i: number): number {
  let sum = 0;
  for (let k = i - 2; k < i + 2; k++) sum += powers[k] ?? 0;
  return Math.max(QUIET_DB, 10 * Math.log10(sum / 4 + 1e-20)) - QUIET_DB + CUT_COST_DB;
}

/** Pieces of equal length: what remains when no block boundary serves. */
function equalCuts(start: number, end: number, max: number): number[] {
  const pieces = Math.ceil((end - start) / max);
  return Array.from({ length: pieces - 1 }, (_, i) => start + Math.round(((i + 1) * (end - start)) / pieces));
}

/**
 * Cheapest set of cuts, by dynamic programming over block boundaries: the cheapest way to cut at boundary i is its own
 * cost plus the cheapest way to cut one piece earlier. A queue of candidates makes it linear in the length.
 * @param stretch samples [start, end)
 * @returns cuts in order, none if the stretch is short enough
 */
export function cutLongStretch(
  stretch: { readonly start: number; readonly end: number },
  lengths: PieceLengths,
  blocks: BlockPowers,
): number[] {
  const { start, end } = stretch;
  if (end - start <= lengths.max) return [];
  // Positions: 0 is the start, then every block boundary inside, then the end.
  const firstBlock = Math.floor(start / blocks.block) + 1;
  const lastBlock = Math.ceil(end / blocks.block) - 1;
  const count = lastBlock - firstBlock + 3;
  const place = (i: number) =>
    i === 0 ? start : i === count - 1 ? end : (firstBlock + i - 1) * blocks.block;
  const cost = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(count);
  cost[0] = 0;
  const queue = new Int32Array(count);
  let [head, tail, entering] = [0, 0, 0];
  for (let i = 1; i < count; i++) {
    for (; place(i) - place(entering) >= lengths.min; entering++) {
      while (tail > head && cost[queue[tail - 1]!]! >= cost[entering]!) tail--;
      queue[tail++] = entering;
    }
    while (head < tail && place(i) - place(queue[head]!) > lengths.max) head++;
    if (head === tail || cost[queue[head]!]! === Number.POSITIVE_INFINITY) continue;
    previous[i] = queue[head]!;
    cost[i] = cost[queue[head]!]! + (i === count - 1 ? 0 : cutCost(blocks, firstBlock + i - 1));
  }
  if (cost[count - 1] === Number.POSITIVE_INFINITY) return equalCuts(start, end, lengths.max);
  const cuts: number[] = [];
  for (let i = previous[count - 1]!; i > 0; i = previous[i]!) cuts.unshift(place(i));
  return cuts;
}
