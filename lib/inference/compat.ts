/**
 * What the reference does around the networks when it converts a file (spec section h), defects included (k.15 to
 * k.17). Only for voices with `compat` settings and for comparison with it; `convert.ts` is ours.
 */
import type { FrameMatrix } from '../audio/audio';

const fullScale = 2 ** 15;

/**
 * Samples that a chunk of `samples` at `sampleRate` becomes at `targetRate`: `ceil((n / rate) * target)`. The division
 * comes first, so rounding makes it one too many now and then even if both rates are equal.
 */
export function chunkLength(samples: number, sampleRate: number, targetRate: number): number {
  return Math.ceil((samples / sampleRate) * targetRate);
}

/** 16-bit integers as the reference writes WAV files: rounded down and limited [N]. */
export function toPcm16(samples: ArrayLike<number>): Int16Array {
  return Int16Array.from(samples, (x) =>
    Math.max(-fullScale, Math.min(fullScale - 1, Math.floor(x * fullScale))),
  );
}

/** Samples [N] of 16-bit integers, full scale = 1. */
export function fromPcm16(integers: ArrayLike<number>): Float32Array {
  return Float32Array.from(integers, (value) => value / fullScale);
}

/**
 * A converted chunk as the reference puts it into its place: what is missing at the end is filled with the mean, what is
 * too much is cut off at the *start*.
 */
export function fitChunk(samples: Float32Array, length: number): Float32Array {
  if (samples.length >= length) return samples.slice(samples.length - length);
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const out = new Float32Array(length).fill(mean);
  out.set(samples);
  return out;
}

/** Chunks one after the other, without cross-fade. */
export function joinChunks(chunks: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** Mel and F0 as the vocoder gets them. */
export interface VocoderFrames {
  readonly mel: FrameMatrix;
  /** Hz [T] */
  readonly f0Hz: Float32Array;
}

/**
 * Leaves out frames of mel and F0 whose bins are all exactly 0 (padding), and clips the mel.
 * @param limits the reference's `mel_vmin` and `mel_vmax`, log10 units
 */
export function vocoderFrames(
  { mel, f0Hz }: VocoderFrames,
  limits: { readonly melMin: number; readonly melMax: number },
): VocoderFrames {
  const { data, width } = mel;
  const row = (t: number): Float32Array => data.subarray(t * width, (t + 1) * width);
  const kept = Array.from(f0Hz.keys()).filter((t) => row(t).some((value) => value !== 0));
  const rows = new Float32Array(kept.length * width);
  kept.forEach((t, i) => {
    rows.set(
      row(t).map((value) => Math.min(limits.melMax, Math.max(limits.melMin, value))),
      i * width,
    );
  });
  return {
    mel: { data: rows, frames: kept.length, width },
    f0Hz: Float32Array.from(kept, (t) => f0Hz[t]!),
  };
}
