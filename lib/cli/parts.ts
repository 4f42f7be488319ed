/** Names in a configuration -> the parts that they stand for. */

import type { PitchEstimator } from '../audio/pitch-estimator';
import { createPyin } from '../audio/pyin';
import { UserError } from '../config/errors';
import type { Config } from '../config/schema';
import type { ContentEncoder } from '../encoder/content-encoder';
import { createMfccEncoder } from '../encoder/mfcc';
import type { VoiceParts } from '../inference/load-voice';
import { createHarmonicNoise } from '../vocoder/harmonic-noise';
import type { Vocoder } from '../vocoder/vocoder';

const encoders: Readonly<Record<string, (config: Config) => ContentEncoder>> = {
  mfcc: (config) => createMfccEncoder(config.audio),
};

const pitchEstimators: Readonly<Record<string, (config: Config) => PitchEstimator>> = {
  pyin: (config) => createPyin(config.audio),
};

const vocoders: Readonly<Record<string, (config: Config) => Vocoder>> = {
  'harmonic-noise': (config) => createHarmonicNoise(config.audio),
};

/** @throws UserError `unknown-part` for a name that is not there */
export function encoderOf(config: Config): ContentEncoder {
  return pick('encoder', encoders, config.features.encoder)(config);
}

/** @throws UserError `unknown-part` for a name that is not there */
export function pitchEstimatorOf(config: Config): PitchEstimator {
  return pick('pitch', pitchEstimators, config.features.pitch)(config);
}

/** @throws UserError `unknown-part` for a name that is not there */
export function vocoderOf(config: Config): Vocoder {
  return pick('vocoder', vocoders, config.features.vocoder)(config);
}

/** All parts that `config` names. @throws UserError `unknown-part` */
export function partsOf(config: Config): VoiceParts {
  return { config, encoder: encoderOf(config), pitch: pitchEstimatorOf(config), vocoder: vocoderOf(config) };
}

function pick<T>(kind: string, table: Readonly<Record<string, T>>, name: string): T {
  const part = Object.hasOwn(table, name) ? table[name] : undefined;
  if (part !== undefined) return part;
  const known = Object.keys(table).join(', ');
  throw new UserError(
    'unknown-part',
    `Expected features.${kind} to be one of ${known}, got ${name}`,
    `Use one of them.`,
  );
}
