import type { FrameMatrix } from '../audio/audio';

/** What a vocoder is asked to sing. */
export interface VocoderInput {
  /** model mel (log10 units, spec section b) [T, M] */
  readonly mel: FrameMatrix;
  /** Hz per frame [T]; 0 = unvoiced */
  readonly f0Hz: Float32Array;
  /** seed of everything random in the synthesis (noise, phases); same seed, same samples */
  readonly seed: number;
}

/** Turns a mel spectrogram and F0 into sound. */
export interface Vocoder {
  /** name + version + hash of weights */
  readonly id: string;
  readonly sampleRate: number;
  readonly hopSize: number;
  /** Samples [T * hopSize] at `sampleRate`. */
  synthesize(input: VocoderInput): Promise<Float32Array>;
}
