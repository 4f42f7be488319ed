/** One recording to clips: decode, bring to the dataset's rate, look for trouble, cut at silences. */
import { type Audio, durationSeconds } from '../audio/audio';
import { resample } from '../audio/resample';
import { sliceAtSilence } from '../audio/slicer';
import { sliceReference } from '../audio/slicer-reference';
import { decodeWav, type WavBitDepth } from '../audio/wav';
import { findWavChunks } from '../audio/wav-chunks';
import { UserError } from '../config/errors';
import type { Config } from '../config/schema';

/** What became of a recording. */
export interface CutRecording {
  readonly seconds: number;
  /** of the source */
  readonly sampleRate: number;
  /** largest magnitude in the source, 1 = full scale */
  readonly peak: number;
  readonly warnings: readonly string[];
  /** what the clips are to be written as */
  readonly bitDepth: WavBitDepth;
  readonly clips: readonly { readonly startSeconds: number; readonly audio: Audio }[];
}

/** Less than this holds no note that could be learnt, and no whole window of the spectrogram. */
const MIN_CLIP_SECONDS = 0.25;
/** a telephone's 8000 Hz passes; a file that claims 100 Hz would grow 400-fold in memory */
const MIN_SAMPLE_RATE = 4000;
/** what resampling is known to manage in memory */
const MAX_RECORDING_SECONDS = 3600;
/** so many samples in a row at full scale are a cut-off wave, not a peak that happens to touch it */
const CLIPPED_RUN = 3;
const FULL_SCALE = 0.999;
const QUIET_DB = -30;
/** a peak below this is a microphone's noise, however it is amplified */
const SILENT_DB = -60;

/**
 * Cuts a WAV file into clips at `config.audio.sampleRate`, channels mixed to one (spec k.13). Floats above full scale are
 * scaled down to it (the reference divides them by 32769, k.14). With `compat.slicer` cut as spec section h.
 * @param name what errors call the recording
 * @throws UserError those of `decodeWav` and `resample`, `recording-too-short`, `recording-too-long`,
 *   `recording-rate`, `recording-silent`
 */
export async function cutRecording(bytes: Uint8Array, name: string, config: Config): Promise<CutRecording> {
  const decoded = decodeWav(bytes, name);
  const seconds = durationSeconds(decoded);
  if (seconds < MIN_CLIP_SECONDS) {
    throw refuse(
      'recording-too-short',
      `${seconds.toFixed(3)} s long, at least ${MIN_CLIP_SECONDS} s are needed`,
    );
  }
  if (decoded.sampleRate < MIN_SAMPLE_RATE) {
    throw refuse(
      'recording-rate',
      `sampled at ${decoded.sampleRate} Hz, at least ${MIN_SAMPLE_RATE} Hz are needed`,
    );
  }
  if (seconds > MAX_RECORDING_SECONDS) {
    throw new UserError(
      'recording-too-long',
      `${Math.round(seconds / 60)} minutes long, at most ${MAX_RECORDING_SECONDS / 60} can be handled in one piece`,
      'Cut it into parts.',
    );
  }
  const peak = peakOf(decoded.samples);
  const peakDb = 20 * Math.log10(peak);
  if (!(peakDb > SILENT_DB)) {
    throw refuse('recording-silent', `silence only: its peak is ${peakDb.toFixed(1)} dB of full scale`);
  }
  const resampled = await resample(decoded, config.audio.sampleRate);
  const audio = withinFullScale(resampled);
  const slices = config.compat.slicer
    ? sliceReference(audio, config.slice)
    : sliceAtSilence(audio, config.slice);
  const least = MIN_CLIP_SECONDS * audio.sampleRate;
  const clips = slices
    .filter((slice) => !slice.silent && slice.end - slice.start >= least)
    .map((slice) => ({
      startSeconds: slice.start / audio.sampleRate,
      audio: { samples: audio.samples.slice(slice.start, slice.end), sampleRate: audio.sampleRate },
    }));
  if (clips.length === 0) {
    throw refuse(
      'recording-silent',
      `nothing of ${MIN_CLIP_SECONDS} s or more above ${config.slice.thresholdDb} dB`,
    );
  }
  const bitDepth = bitsPerSample(bytes, name) > 16 ? '24' : '16';
  const warnings = warningsFor(decoded.samples, peak, peakDb);
  return { seconds, sampleRate: decoded.sampleRate, peak, warnings, bitDepth, clips };
}

function refuse(code: string, what: string): UserError {
  return new UserError(code, what, 'Leave the recording out or record it again.');
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

/** Resampling may overshoot a little, floats may be anything: integers of a clip would cut either off. */
function withinFullScale(audio: Audio): Audio {
  const peak = peakOf(audio.samples);
  if (peak <= 1) return audio;
  return { samples: audio.samples.map((sample) => sample / peak), sampleRate: audio.sampleRate };
}

function bitsPerSample(bytes: Uint8Array, name: string): number {
  const { fmt } = findWavChunks(bytes, name);
  return fmt[14]! + fmt[15]! * 256;
}

function warningsFor(samples: Float32Array, peak: number, peakDb: number): string[] {
  const warnings: string[] = [];
  const clipped = clippedSamples(samples);
  if (peak > 1) warnings.push(`peak ${peak.toFixed(2)} above full scale: scaled down`);
  else if (clipped > 0)
    warnings.push(`${clipped} samples are cut off at full scale: it will sound distorted`);
  if (peakDb < QUIET_DB) warnings.push(`very quiet: its peak is ${peakDb.toFixed(1)} dB of full scale`);
  return warnings;
}

/** Samples in runs at full scale. */
function clippedSamples(samples: Float32Array): number {
  let [clipped, run] = [0, 0];
  for (const sample of samples) {
    run = Math.abs(sample) >= FULL_SCALE ? run + 1 : 0;
    if (run >= CLIPPED_RUN) clipped += run === CLIPPED_RUN ? CLIPPED_RUN : 1;
  }
  return clipped;
}
