/** What the MFCC encoder knows of a speaker, and its plain form in checkpoints. */
import type { SpeakerProfile } from './content-encoder';
import { CEPSTRA } from './mfcc-cepstra';
import { profileValues } from './profile-values';
import type { Affine } from './warp-affine';

export interface MfccProfile {
  /** factor on the frequency axis of the bands; 1 for a target */
  readonly warp: number;
  /** added to the power of every band */
  readonly floor: number;
  /** of the cepstra over the loud frames [CEPSTRA] */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** natural logarithm of power, over the loud frames */
  readonly loudnessMean: number;
  readonly loudnessDeviation: number;
  /** from this speaker's normalised cepstra to the target's; a target's own changes nothing */
  readonly map: Affine;
  /** normalised cepstra of frames with their neighbours, which sources are moved to; row-major */
  readonly codebook: Float32Array;
}

/** Plain numbers of a profile; the codebook (rounded to 0.001) only of a target, as nothing is moved to a source. */
export function writeMfccProfile(profile: MfccProfile, id: string, isTarget: boolean): SpeakerProfile {
  const { map, codebook, mean, deviation, ...scalars } = profile;
  return {
    encoder: id,
    values: {
      ...scalars,
      mean: [...mean],
      deviation: [...deviation],
      map: [...map.matrix],
      codebook: isTarget ? Array.from(codebook, (v) => Math.round(v * 1000) / 1000) : [],
    },
  };
}

/** @throws Error for the profile of another encoder, or one that lacks something */
export function readMfccProfile(profile: SpeakerProfile, id: string): MfccProfile {
  const { number, list } = profileValues(profile, id);
  return {
    warp: number('warp'),
    floor: number('floor'),
    mean: Float64Array.from(list('mean', CEPSTRA)),
    deviation: Float64Array.from(list('deviation', CEPSTRA)),
    loudnessMean: number('loudnessMean'),
    loudnessDeviation: number('loudnessDeviation'),
    map: { width: CEPSTRA, matrix: Float64Array.from(list('map', (CEPSTRA + 1) * CEPSTRA)) },
    codebook: Float32Array.from(list('codebook')),
  };
}
