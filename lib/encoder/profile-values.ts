/** Reads the plain form of a speaker profile, as it comes from a checkpoint. */
import type { SpeakerProfile } from './content-encoder';

/** Values of a profile by name. Each throws Error where there is none of that kind. */
export interface ProfileValues {
  number(name: string): number;
  /** @param length that it must have; default: any */
  list(name: string, length?: number): readonly number[];
}

/**
 * The values of `profile`.
 * @param id encoder that must have made it
 * @throws Error for the profile of another encoder
 */
export function profileValues(profile: SpeakerProfile, id: string): ProfileValues {
  if (profile.encoder !== id)
    throw new Error(`Expected a speaker profile of ${id}, got one of ${profile.encoder}`);
  return {
    number(name) {
      const value = profile.values[name];
      if (typeof value !== 'number')
        throw new Error(`Expected a number ${name} in a speaker profile of ${id}`);
      return value;
    },
    list(name, length) {
      const value = profile.values[name];
      if (typeof value !== 'object' || (length !== undefined && value.length !== length)) {
        throw new Error(
          `Expected a list ${name} of ${length ?? 'any'} numbers in a speaker profile of ${id}`,
        );
      }
      return value;
    },
  };
}
