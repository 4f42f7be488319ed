/** What the phone-net encoder knows of a speaker, and its plain form in checkpoints. */
import type { SpeakerProfile } from '../content-encoder';
import { profileValues } from '../profile-values';
import { BANDS } from './front-end';
import type { Levels } from './levels';
import { BOTTLENECK } from './network';

export interface PhoneNetProfile {
  readonly levels: Levels;
  /** natural logarithm of power, over this speaker's loud units */
  readonly loudnessMean: number;
  readonly loudnessDeviation: number;
  /** of the bottleneck over this speaker's loud units [BOTTLENECK] */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Plain numbers of a profile. */
export function writeProfile(profile: PhoneNetProfile, id: string): SpeakerProfile {
  const { levels, loudnessMean, loudnessDeviation, mean, deviation } = profile;
  return {
    encoder: id,
    values: {
      level: levels.level,
      bands: [...levels.mean],
      loudnessMean,
      loudnessDeviation,
      mean: [...mean],
      deviation: [...deviation],
    },
  };
}

/** @throws Error for the profile of another encoder, or one that lacks something */
export function readProfile(profile: SpeakerProfile, id: string): PhoneNetProfile {
  const { number, list } = profileValues(profile, id);
  return {
    levels: { level: number('level'), mean: Float64Array.from(list('bands', BANDS)) },
    loudnessMean: number('loudnessMean'),
    loudnessDeviation: number('loudnessDeviation'),
    mean: Float64Array.from(list('mean', BOTTLENECK)),
    deviation: Float64Array.from(list('deviation', BOTTLENECK)),
  };
}
