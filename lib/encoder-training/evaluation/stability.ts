/** Whether posteriors settle on a phone, where nobody knows which would be right. */
import type { Audio } from '../../audio/audio';
import type { Posteriors } from '../evaluated-encoder';
import { activeFrames } from './active-frames';
import { topPhones } from './phone-scores';

export interface Stability {
  /** share of the frames that are not silent whose likeliest phone has more than 0.5 */
  readonly sure: number;
  /** likewise over all frames, silence included */
  readonly sureOfAll: number;
  /** mean probability of the likeliest phone, frames that are not silent */
  readonly meanTop: number;
  /** mean length of runs of one likeliest phone, frames that are not silent */
  readonly meanRunMs: number;
  readonly activeSeconds: number;
}

const SURE = 0.5;

/** Stability of `posteriors` of `audio`. */
export function measureStability(audio: Audio, posteriors: Posteriors): Stability {
  const { classes, probability } = topPhones(posteriors);
  const { hopSeconds, matrix } = posteriors;
  const active = activeFrames(audio, { ...posteriors, frames: matrix.frames });
  const chosen = [...active.keys()].filter((t) => active[t]);
  const runs = chosen.filter((t) => !active[t - 1] || classes[t] !== classes[t - 1]).length;
  const share = (frames: readonly number[]): number =>
    frames.filter((t) => probability[t]! > SURE).length / frames.length;
  return {
    sure: share(chosen),
    sureOfAll: share([...active.keys()]),
    meanTop: chosen.reduce((sum, t) => sum + probability[t]!, 0) / chosen.length,
    meanRunMs: (chosen.length / runs) * hopSeconds * 1000,
    activeSeconds: chosen.length * hopSeconds,
  };
}
