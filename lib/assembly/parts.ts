/** Names in a configuration -> the parts that they stand for. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { createPyin } from '../audio/pyin';
import { UserError } from '../config/errors';
import type { Config } from '../config/schema';
import type { ContentEncoder } from '../encoder/content-encoder';
import { createMfccEncoder } from '../encoder/mfcc';
import { createPhoneNetEncoder } from '../encoder/phone-net/phone-net';
import type { VoiceParts } from '../inference/load-voice';
import { createHarmonicNoise } from '../vocoder/harmonic-noise';
import type { Vocoder } from '../vocoder/vocoder';
import { loadNsfHifigan, type NsfVocoderOptions } from './nsf-vocoder';

/** The weights that come with the program; the build copies them. */
const phoneNetWeights = join(__dirname, '../encoder/phone-net/phone-net.safetensors');

function readPhoneNetWeights(): Buffer {
  try {
    return readFileSync(phoneNetWeights);
  } catch (error) {
    throw new UserError(
      'phone-net-missing',
      `Expected the weights of the phone net in ${phoneNetWeights}: ${(error as Error).message}`,
      'Run npm run setup again, or choose features.encoder mfcc, which needs no weights.',
    );
  }
}

const encoders: Readonly<Record<string, (config: Config) => ContentEncoder>> = {
  'phone-net': () => createPhoneNetEncoder(readPhoneNetWeights(), 'the phone net of this installation'),
  mfcc: (config) => createMfccEncoder(config.audio),
};

const pitchEstimators: Readonly<Record<string, (config: Config) => PitchEstimator>> = {
  pyin: (config) => createPyin(config.audio),
};

/** What parts are made with beside the configuration. */
export type PartsOptions = NsfVocoderOptions;

const vocoders: Readonly<Record<string, (config: Config, options: PartsOptions) => Vocoder>> = {
  'harmonic-noise': (config) => createHarmonicNoise(config.audio),
  'nsf-hifigan': (config, options) => loadNsfHifigan(config.audio, options),
};

/** @throws UserError `unknown-part` for a name that is not there */
export function encoderOf(config: Config): ContentEncoder {
  return pick('encoder', encoders, config.features.encoder)(config);
}

/** @throws UserError `unknown-part` for a name that is not there */
export function pitchEstimatorOf(config: Config): PitchEstimator {
  return pick('pitch', pitchEstimators, config.features.pitch)(config);
}

/** @throws UserError `unknown-part` for a name that is not there, and those of `loadNsfHifigan` */
export function vocoderOf(config: Config, options: PartsOptions = {}): Vocoder {
  return pick('vocoder', vocoders, config.features.vocoder)(config, options);
}

/** All parts that `config` names. @throws UserError as the three above */
export function partsOf(config: Config, options: PartsOptions = {}): VoiceParts {
  const [encoder, pitch] = [encoderOf(config), pitchEstimatorOf(config)];
  return { config, encoder, pitch, vocoder: vocoderOf(config, options) };
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
