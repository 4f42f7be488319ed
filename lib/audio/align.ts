/** Which content unit each mel frame gets (mel2ph): 1-based, 0 is kept for padding of batches. */

/** Where the units of a recording lie in time; `Units` of the content encoders satisfies it together with a count. */
export interface UnitGrid {
  /** number of units, U */
  readonly units: number;
  readonly hopSeconds: number;
  readonly firstCentreSeconds: number;
}

/** Where the mel frames lie: frame m is centred at sample m·hopSize + hopSize/2. */
export interface FrameGrid {
  /** number of frames, T */
  readonly frames: number;
  readonly hopSize: number;
  readonly sampleRate: number;
}

/**
 * The unit nearest in time to each frame's centre [T], 1-based; the earlier one at a tie.
 * @throws Error without units
 */
export function alignFrames(frameGrid: FrameGrid, unitGrid: UnitGrid): Int32Array {
  const { frames, hopSize, sampleRate } = frameGrid;
  const { units, hopSeconds, firstCentreSeconds } = unitGrid;
  if (units < 1) throw new Error(`Expected at least one unit to align ${frames} frames with, got ${units}`);
  return Int32Array.from({ length: frames }, (_, frame) => {
    const centreSeconds = ((frame + 0.5) * hopSize) / sampleRate;
    const nearest = Math.ceil((centreSeconds - firstCentreSeconds) / hopSeconds - 0.5);
    return Math.max(0, Math.min(units - 1, nearest)) + 1;
  });
}

/**
 * mel2ph as the reference computes it [T], about one frame late (spec sections d and k.6). Only for voices that were
 * trained with it.
 * @param units U, @param frames T
 */
export function mel2phReference(units: number, frames: number): Int32Array {
  const mel2ph = new Int32Array(frames);
  const ratio = frames / units;
  let start = 0;
  for (let unit = 0; unit < units; unit++) {
    const end = Math.trunc(unit * ratio + ratio + 0.5);
    // The end belongs to the unit: this is the late frame.
    if (end >= start) mel2ph.fill(unit + 1, start, end + 1);
    start = end + 1;
  }
  return mel2ph;
}
