/** What the model learns from, of one clip: mel, F0, content units. */
import type { Audio, FrameMatrix } from '../audio/audio';
import { melSpectrogram } from '../audio/mel';
import type { PitchEstimator } from '../audio/pitch-estimator';
import type { AudioConfig } from '../config/schema';
import type { ContentEncoder, SpeakerProfile, Units } from '../encoder/content-encoder';

/** Features of one clip as they come, before alignment and padding. */
export interface ClipFeatures {
  /** model mel, log10 units [T, M] */
  readonly mel: FrameMatrix;
  readonly units: Units;
  /** Hz per mel frame [T]; 0 = unvoiced */
  readonly f0Hz: Float32Array;
}

/** Who computes features. */
export interface FeatureMakers {
  readonly encoder: ContentEncoder;
  readonly pitch: PitchEstimator;
}

/**
 * Computes the features of a clip at `config.sampleRate` (spec sections b, c, d).
 * @throws Error if an estimator does not keep its contract; what the estimators throw passes through
 */
export async function clipFeatures(
  audio: Audio,
  profile: SpeakerProfile,
  config: AudioConfig,
  { encoder, pitch }: FeatureMakers,
): Promise<ClipFeatures> {
  const mel = melSpectrogram(audio, config);
  const grid = { sampleRate: config.sampleRate, hopSize: config.hopSize, frames: mel.frames };
  const f0Hz = await pitch.estimate(audio, grid);
  if (f0Hz.length !== mel.frames) {
    throw new Error(`Expected ${mel.frames} F0 values from ${pitch.id}, got ${f0Hz.length}`);
  }
  const units = await encoder.units(audio, profile);
  if (units.matrix.width !== encoder.unitSize || units.matrix.frames === 0) {
    throw new Error(
      `Expected units of ${encoder.unitSize} values from ${encoder.id}, got ${units.matrix.frames} of ${units.matrix.width}`,
    );
  }
  return { mel, units, f0Hz };
}
