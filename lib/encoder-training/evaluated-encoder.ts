/** What the evaluation asks of an encoder: the encoder itself, and for one that tells phones, how sure it is of which. */
import type { Audio, FrameMatrix } from '../audio/audio';
import type { ContentEncoder } from '../encoder/content-encoder';

/** Probabilities of phones over time: row u is centred at `firstCentreSeconds + u * hopSeconds`. */
export interface Posteriors {
  /** [U, classes]; rows sum to 1 */
  readonly matrix: FrameMatrix;
  readonly hopSeconds: number;
  readonly firstCentreSeconds: number;
}

/** The part of an encoder that names phones. */
export interface PhoneClassifier {
  /** names of the columns, in flite's spelling; `pau` is silence */
  readonly phones: readonly string[];
  /** posteriors of one recording (any sample rate) */
  posteriors(audio: Audio): Promise<Posteriors>;
}

/** An encoder with what is measured beyond its units. */
export interface EvaluatedEncoder {
  readonly encoder: ContentEncoder;
  /** null for an encoder that names no phones: what needs posteriors is then left out */
  readonly classifier: PhoneClassifier | null;
  /** null for an encoder without weights */
  readonly weights: { readonly parameters: number; readonly bytes: number } | null;
}
