/**
 * Where the reference puts the F0 values of foreign estimators on its mel frames (spec section c, "Estimators"). Only
 * for comparison with it: our own estimators take the frame grid and need no placing.
 */

/** Praat's track: half of the missing frames become zeros on the left (rounded down after + 1), the rest on the right. */
export function placeParselmouth(track: Float64Array, frames: number): Float64Array {
  const left = Math.floor((frames - track.length + 1) / 2);
  const out = new Float64Array(frames);
  out.set(track, left);
  return out;
}

/** `array[start:end]` of Python for a negative or zero `end` that counts from the end. */
function withoutTail(track: Float64Array, start: number, end: number): Float64Array {
  return end === 0 ? track : track.slice(start, end);
}

/**
 * WORLD harvest's track, which is one longer than the mel as a rule: the first value is dropped. For two or more too
 * many, too many are removed and the result is shorter than `frames` (a defect of the reference).
 */
export function placeHarvest(track: Float64Array, frames: number): Float64Array {
  const missing = frames - track.length;
  if (missing > 0) {
    const out = new Float64Array(frames);
    out.set(track, Math.ceil(missing / 2));
    return out;
  }
  const surplus = Math.floor((1 - missing) / 2);
  return withoutTail(track, surplus, surplus + missing).slice(surplus);
}
