/** Joins rendered slices. Where two meet, their linear ramps add up to one; where one meets silence, it fades. */

/** A rendered piece of the song. */
export interface RenderedSlice {
  /** [start, end) of the slice in samples of the song; the pieces of a song do not overlap here */
  readonly start: number;
  readonly end: number;
  /** song position of `samples[0]`, at or before `start`: the margin is there to be faded over */
  readonly offset: number;
  readonly samples: Float32Array;
}

/**
 * Adds `slice` into `song` with ramps of `2 * margin` samples centred on its borders. The song's own ends are not faded.
 * @param song [N], receives the sum
 * @param margin samples of fade on either side of a border
 */
export function addWithFades(song: Float32Array, slice: RenderedSlice, margin: number): void {
  const from = Math.max(0, slice.offset, slice.start - margin);
  const to = Math.min(song.length, slice.end + margin, slice.offset + slice.samples.length);
  for (let i = from; i < to; i++) {
    const rise = slice.start === 0 ? 1 : ramp(i - slice.start, margin);
    const fall = slice.end >= song.length ? 1 : 1 - ramp(i - slice.end, margin);
    song[i]! += slice.samples[i - slice.offset]! * rise * fall;
  }
}

/** 0 at -margin, 1 at +margin, linear between, at the centre of the sample. */
function ramp(distance: number, margin: number): number {
  if (margin === 0) return distance >= 0 ? 1 : 0;
  return Math.min(1, Math.max(0, (distance + 0.5 + margin) / (2 * margin)));
}
