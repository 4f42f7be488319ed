/** Names in a configuration -> the parts that they stand for. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { createPyin } from '../audio/pyin';
import { isUserError, UserError } from '../config/errors';
import type { Config } from '../config/schema';
import type { ContentEncoder } from '../encoder/content-encoder';
import { createMfccEncoder } from '../encoder/mfcc';
import { createPhoneNetEncoder } from '../encoder/phone-net/phone-net';
import type { VoiceParts } from '../inference/load-voice';
import { createHarmonicNoise } from '../vocoder/harmonic-noise';
import type { Vocoder } from '../vocoder/vocoder';
import { type EncoderOptions, loadContentVec, loadHubertSoft } from './content-encoders';
import { loadNsfHifigan, type NsfVocoderOptions } from './nsf-vocoder';
import { loadCrepe, loadOnnxEncoder, loadSwiftF0, refuseRmvpe } from './onnx-parts';

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

/**
 * Makes a part. @param named what stands behind a colon in the configuration, `hubert-soft:FILE`; null = nothing
 */
type Make<T> = (config: Config, named: string | null) => T;
type MakeEncoder = (config: Config, named: string | null, options: EncoderOptions) => ContentEncoder;

/** Parts that come with the program. */
const ownEncoders: Readonly<Record<string, MakeEncoder>> = {
  'phone-net': () => createPhoneNetEncoder(readPhoneNetWeights(), 'the phone net of this installation'),
  mfcc: (config) => createMfccEncoder(config.audio),
};

/** Parts with weights of their own, which the configuration may name. */
const encodersFromFiles: Readonly<Record<string, MakeEncoder>> = {
  'hubert-soft': (_, named, options) => loadHubertSoft(named, options),
  'contentvec-768-l12': (_, named, options) => loadContentVec('768-l12', named, options),
  'contentvec-256-l9': (_, named, options) => loadContentVec('256-l9', named, options),
  onnx: (config, named) => loadOnnxEncoder(named ?? '', config),
};

const ownPitchEstimators: Readonly<Record<string, Make<PitchEstimator>>> = {
  pyin: (config) => createPyin(config.audio),
};

const pitchFromFiles: Readonly<Record<string, Make<PitchEstimator>>> = {
  'swift-f0': (config, named) => loadSwiftF0(named, config),
  crepe: (config, named) => loadCrepe(named, config),
};

/** What parts are made with beside the configuration. */
export type PartsOptions = NsfVocoderOptions;

const vocoders: Readonly<Record<string, (config: Config, options: PartsOptions) => Vocoder>> = {
  'harmonic-noise': (config) => createHarmonicNoise(config.audio),
  'nsf-hifigan': (config, options) => loadNsfHifigan(config.audio, options),
};

/**
 * @throws UserError `unknown-part` for a name that is not there, `encoder-too-wide`, and those of the loaders in
 *   `content-encoders` and `onnx-parts`
 */
export function encoderOf(config: Config, options: EncoderOptions = {}): ContentEncoder {
  const [name, named] = nameAndFile(config.features.encoder, encodersFromFiles);
  const encoder = pick('encoder', { ...ownEncoders, ...encodersFromFiles }, name)(config, named, options);
  const { hiddenSize } = config.model;
  if (encoder.unitSize <= hiddenSize) return encoder;
  encoder.dispose?.();
  throw new UserError(
    'encoder-too-wide',
    `Expected units of at most ${hiddenSize} values (model.hiddenSize), ${name} makes ${encoder.unitSize}`,
    `Set model.hiddenSize=${encoder.unitSize}.`,
  );
}

/** @throws UserError `unknown-part` for a name that is not there, `pitch-left-out`, and those of the loaders in `onnx-parts` */
export function pitchEstimatorOf(config: Config): PitchEstimator {
  if (config.features.pitch === 'rmvpe') return refuseRmvpe();
  const [name, named] = nameAndFile(config.features.pitch, pitchFromFiles);
  return pick('pitch', { ...ownPitchEstimators, ...pitchFromFiles }, name)(config, named);
}

/** @throws UserError `unknown-part` for a name that is not there, and those of `loadNsfHifigan` */
export function vocoderOf(config: Config, options: PartsOptions = {}): Vocoder {
  return pick('vocoder', vocoders, config.features.vocoder)(config, options);
}

/**
 * What a voice remembers of its vocoder: name and hash of the weights. Undefined where it cannot be loaded here: training
 * needs no vocoder.
 */
export function vocoderIdOf(config: Config): string | undefined {
  try {
    const vocoder = vocoderOf(config);
    vocoder.dispose?.();
    return vocoder.id;
  } catch (error) {
    if (isUserError(error) && error.code !== 'unknown-part') return undefined;
    throw error;
  }
}

/** All parts that `config` names. @throws UserError as the three above */
export function partsOf(config: Config, options: PartsOptions = {}): VoiceParts {
  const { compiled } = options;
  const encoder = encoderOf(config, compiled === undefined ? {} : { compiled });
  const pitch = pitchEstimatorOf(config);
  const vocoder = vocoderOf(config, options);
  const named = options.vocoderPath ?? process.env.DIFF_SVC_VOCODER;
  return { config, encoder, pitch, vocoder, ...(named === undefined ? {} : { chosen: ['vocoder'] }) };
}

/** `hubert-soft:FILE` as its two sides; a name that takes no file stays whole, so that it is refused as it was given. */
function nameAndFile(text: string, fromFiles: Readonly<Record<string, unknown>>): [string, string | null] {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  return colon < 0 || !Object.hasOwn(fromFiles, name) ? [text, null] : [name, text.slice(colon + 1)];
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
