/** What the phone-net encoder knows of a speaker, and its plain form in checkpoints. */
import type { SpeakerProfile } from '../content-encoder';
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
  if (profile.encoder !== id)
    throw new Error(`Expected a speaker profile of ${id}, got one of ${profile.encoder}`);
  const number = (name: string): number => {
    const value = profile.values[name];
    if (typeof value !== 'number') throw new Error(`Expected a number ${name} in a speaker profile of ${id}`);
    return value;
  };
  const list = (name: string, length: number): Float64Array => {
    const value = profile.values[name];
    if (typeof value !== 'object' || value.length !== length) {
      throw new Error(`Expected a list ${name} of ${length} numbers in a speaker profile of ${id}`);
    }
    return Float64Array.from(value);
  };
  return {
    levels: { level: number('level'), mean: list('bands', BANDS) },
    loudnessMean: number('loudnessMean'),
    loudnessDeviation: number('loudnessDeviation'),
    mean: list('mean', BOTTLENECK),
    deviation: list('deviation', BOTTLENECK),
  };
}
