/** Where in a recording somebody speaks: silence is easy for every classifier and tells nothing. */
import type { Audio } from '../../audio/audio';

/** Where the frames lie: frame u is centred at `firstCentreSeconds + u * hopSeconds`. */
export interface FrameTimes {
  readonly frames: number;
  readonly hopSeconds: number;
  readonly firstCentreSeconds: number;
}

const WINDOW_SECONDS = 0.025;
/** Share of the frames that is louder than the loud level; the maximum itself may be a click. */
const LOUD_SHARE = 0.01;
/** What is this far below the loud level is silence or breath. */
const RANGE_DB = 35;

/** Mean power of 25 ms around every frame [frames]. */
function framePowers({ samples, sampleRate }: Audio, times: FrameTimes): Float64Array {
  const half = Math.round((WINDOW_SECONDS * sampleRate) / 2);
  return Float64Array.from({ length: times.frames }, (_, u) => {
    const centre = Math.round((times.firstCentreSeconds + u * times.hopSeconds) * sampleRate);
    let sum = 0;
    for (let i = Math.max(0, centre - half); i < Math.min(samples.length, centre + half); i++)
      sum += samples[i]! ** 2;
    return sum / (2 * half);
  });
}

/** Frames that are at most 35 dB below the level which only 1 % of the recording's frames pass. */
export function activeFrames(audio: Audio, times: FrameTimes): boolean[] {
  const powers = framePowers(audio, times);
  const sorted = powers.slice().sort();
  const loud = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * (1 - LOUD_SHARE)))] ?? 0;
  const floor = loud * 10 ** (-RANGE_DB / 10);
  return Array.from(powers, (power) => power > 0 && power >= floor);
}
