/**
 * The project's own content encoder: the bottleneck of a small net that knows phones and not voices, and loudness. Needs a
 * TensorFlow backend.
 */
import * as tf from '@tensorflow/tfjs';
import type { Audio, FrameMatrix } from '../../audio/audio';
import { resample } from '../../audio/resample';
import type { ContentEncoder, SpeakerProfile, Units } from '../content-encoder';
import { FrontEnd, SAMPLE_RATE } from './front-end';
import { loudFrames, measureLevels } from './levels';
import { BOTTLENECK } from './network';
import { type PhoneNetProfile, readProfile, writeProfile } from './profile';
import { joinOutputs, type NetOutput, PhoneNetStream, UNIT_SECONDS } from './stream';
import { type PhoneNetFile, readPhoneNet } from './weights-file';

/** Standardised values beyond are outliers. */
const CLIP = 4;
const LEAST_DEVIATION = 1e-3;

/** The encoder and what else its net tells. */
export interface PhoneNetEncoder extends ContentEncoder {
  /** names of the classes, in flite's spelling */
  readonly phones: readonly string[];
  readonly parameters: number;
  readonly bytes: number;
  /** probabilities of the phones of a recording [U, phones] */
  posteriors(audio: Audio): Promise<Units>;
}

async function samplesOf(audio: Audio): Promise<Float32Array> {
  return (await resample(audio, SAMPLE_RATE, 'fast')).samples;
}

/** Mean and deviation of column `c` over some rows. */
function moments(
  matrix: FrameMatrix,
  c: number,
  rows: readonly number[],
): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let square = 0;
  for (const u of rows) {
    const value = matrix.data[u * matrix.width + c]!;
    sum += value;
    square += value * value;
  }
  const mean = sum / rows.length;
  const variance = Math.max(0, square / rows.length - mean * mean);
  return { mean, deviation: Math.max(LEAST_DEVIATION, Math.sqrt(variance)) };
}

class PhoneNet implements PhoneNetEncoder {
  readonly id: string;
  readonly unitSize = BOTTLENECK + 1;
  readonly phones: readonly string[];
  readonly parameters: number;
  readonly bytes: number;

  constructor(private readonly file: PhoneNetFile) {
    this.id = `phone-net-2:${file.hash}`;
    this.phones = file.phones;
    this.parameters = [...file.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
    this.bytes = file.bytes;
  }

  /** A source is standardised by its own statistics: what of a voice is constant goes with its mean (docs/encoder.md). */
  async profile(recordings: readonly Audio[]): Promise<SpeakerProfile> {
    if (recordings.length === 0) throw new Error('Expected at least one recording of a speaker, got none');
    const samples: Float32Array[] = [];
    for (const recording of recordings) samples.push(await samplesOf(recording));
    const levels = measureLevels(samples.map((piece) => new FrontEnd().all(piece)));
    const all = joinOutputs(
      samples.map((piece) => this.run(piece, levels)),
      this.phones.length,
    );
    const loud = loudFrames(Float64Array.from(all.loudness.data)).frames;
    const loudness = moments(all.loudness, 0, loud);
    const columns = Array.from({ length: BOTTLENECK }, (_, c) => moments(all.bottleneck, c, loud));
    const profile: PhoneNetProfile = {
      levels,
      loudnessMean: loudness.mean,
      loudnessDeviation: loudness.deviation,
      mean: Float64Array.from(columns, (column) => column.mean),
      deviation: Float64Array.from(columns, (column) => column.deviation),
    };
    return writeProfile(profile, this.id);
  }

  async units(audio: Audio, profile: SpeakerProfile): Promise<Units> {
    const known = readProfile(profile, this.id);
    return placed(content(this.run(await samplesOf(audio), known.levels), known));
  }

  async posteriors(audio: Audio): Promise<Units> {
    const samples = await samplesOf(audio);
    const { logits } = this.run(samples, measureLevels([new FrontEnd().all(samples)]));
    const data = tf.tidy(() =>
      tf.softmax(tf.tensor2d(logits.data, [logits.frames, logits.width])).dataSync<'float32'>(),
    );
    return placed({ ...logits, data });
  }

  private run(samples: Float32Array, levels: PhoneNetProfile['levels']): NetOutput {
    const weights = new Map(
      [...this.file.tensors].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
    );
    try {
      const stream = new PhoneNetStream(weights, this.phones.length, levels);
      return joinOutputs([stream.push(samples), stream.end()], this.phones.length);
    } finally {
      tf.dispose([...weights.values()]);
    }
  }
}

function placed(matrix: FrameMatrix): Units {
  return { matrix, hopSeconds: UNIT_SECONDS, firstCentreSeconds: UNIT_SECONDS };
}

/** Standardised bottleneck and loudness, clipped. */
function content({ bottleneck, loudness }: NetOutput, known: PhoneNetProfile): FrameMatrix {
  const width = BOTTLENECK + 1;
  const data = new Float32Array(bottleneck.frames * width);
  const clip = (value: number): number => Math.min(CLIP, Math.max(-CLIP, value));
  for (let u = 0; u < bottleneck.frames; u++) {
    for (let c = 0; c < BOTTLENECK; c++) {
      const value = bottleneck.data[u * BOTTLENECK + c]!;
      data[u * width + c] = clip((value - known.mean[c]!) / known.deviation[c]!);
    }
    data[u * width + BOTTLENECK] = clip((loudness.data[u]! - known.loudnessMean) / known.loudnessDeviation);
  }
  return { data, frames: bottleneck.frames, width };
}

/**
 * The encoder with the weights in `bytes`.
 * @param source what errors call the file
 * @throws UserError `phone-net-weights`, `safetensors-invalid`
 */
export function createPhoneNetEncoder(bytes: Uint8Array, source: string): PhoneNetEncoder {
  return new PhoneNet(readPhoneNet(bytes, source));
}
