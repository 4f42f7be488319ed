import type { Audio, FrameMatrix } from '../audio/audio';

/**
 * What has to be known of a speaker before encoding, taken over all that there is of them: the whole dataset of a
 * target, the whole song of a source. Plain data: it is kept in the checkpoint. Encoders that need nothing
 * (HuBERT-soft) return `values: {}`.
 */
export interface SpeakerProfile {
  /** `ContentEncoder.id` that made it */
  readonly encoder: string;
  readonly values: Readonly<Record<string, number | readonly number[]>>;
}

/** Content units and where they lie in time: unit u is centred at `firstCentreSeconds + u * hopSeconds`. */
export interface Units {
  /** [U, unitSize] */
  readonly matrix: FrameMatrix;
  readonly hopSeconds: number;
  readonly firstCentreSeconds: number;
}

/** Turns audio into what is said or sung in it, as free of the speaker as it can. */
export interface ContentEncoder {
  /** name + version + hash of weights + every parameter that matters; part of cache keys and of a voice */
  readonly id: string;
  readonly unitSize: number;
  /**
   * Statistics of one speaker.
   * @param recordings all there is of this speaker (any sample rate)
   * @param target profile of the voice that this speaker will be converted to, if there is one: lets the encoder
   *   move the source towards the target (for example the vocal-tract-length warp)
   */
  profile(recordings: readonly Audio[], target?: SpeakerProfile): Promise<SpeakerProfile>;
  /** Units of one recording (any sample rate). */
  units(audio: Audio, profile: SpeakerProfile): Promise<Units>;
  /** Frees what it holds on the device, if it holds anything. */
  dispose?(): void;
}
