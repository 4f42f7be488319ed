/** A trained voice, ready to sing: what conversion needs, assembled by `load-voice.ts`. */
import type { FrameMatrix } from '../audio/audio';
import type { PitchEstimator } from '../audio/pitch-estimator';
import type { Config } from '../config/schema';
import type { ContentEncoder, SpeakerProfile } from '../encoder/content-encoder';
import type { Vocoder } from '../vocoder/vocoder';

/** What the sampler is told about one slice. */
export interface MelCondition {
  /** content units, padded to the hidden size [U, H] */
  readonly units: FrameMatrix;
  /** 1-based unit of each mel frame [T] */
  readonly mel2ph: Int32Array;
  /** log2 Hz, interpolated through unvoiced frames [T] */
  readonly f0Log2: Float32Array;
}

/** How one slice is sampled. */
export interface SampleRequest {
  readonly condition: MelCondition;
  /** seed and index of the slice give the noise */
  readonly seed: number;
  readonly index: number;
  /** called after every denoising step with steps done and their number */
  readonly onStep: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Turns a condition into a mel spectrogram by running the diffusion backwards. */
export interface MelSampler {
  /** slices of about the same length that are faster together than one after the other; 1: none */
  readonly together: number;
  /** Model mels, log10 units [T, M], of slices with one seed, one signal and any lengths; at most `together`. */
  sample(requests: readonly SampleRequest[]): Promise<FrameMatrix[]>;
  dispose(): void;
}

/** Replaces units of a source by the like of them in the target's own voice. */
export interface UnitRetrieval {
  retrieve(units: FrameMatrix): FrameMatrix;
}

/** All parts of a voice. */
export interface Voice {
  readonly config: Config;
  readonly encoder: ContentEncoder;
  readonly pitch: PitchEstimator;
  readonly vocoder: Vocoder;
  readonly profile: SpeakerProfile;
  readonly retrieval: UnitRetrieval | null;
  readonly sampler: MelSampler;
}
