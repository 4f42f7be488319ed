import type { FrameMatrix } from '../audio/audio';

/** What a vocoder is asked to sing. */
export interface VocoderInput {
  /** model mel (log10 units, spec section b) [T, M] */
  readonly mel: FrameMatrix;
  /** Hz per frame [T]; 0 = unvoiced */
  readonly f0Hz: Float32Array;
  /** seed of everything random in the synthesis (noise, phases); same seed, same samples */
  readonly seed: number;
  /** called between pieces of a long synthesis with frames done and their number */
  readonly onProgress?: (done: number, total: number) => void;
  /** looked at between pieces; `synthesize` then throws its reason */
  readonly signal?: AbortSignal;
}

/** Turns a mel spectrogram and F0 into sound. */
export interface Vocoder {
  /** name + version + hash of weights */
  readonly id: string;
  readonly sampleRate: number;
  readonly hopSize: number;
  /** Samples [T * hopSize] at `sampleRate`. */
  synthesize(input: VocoderInput): Promise<Float32Array>;
  /** Frees what it holds on the device, if it holds anything. */
  dispose?(): void;
}
