/**
 * CREPE (Kim et al. 2018, "CREPE: A Convolutional Representation for Pitch Estimation") as ONNX: frames of 1024 samples at
 * 16 kHz in, salience of 360 pitches, 20 cents apart, out.
 */
import type { Audio } from '../audio/audio';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { resample } from '../audio/resample';
import { UserError } from '../config/errors';
import { onGrid } from './pitch-track';
import type { OnnxSession } from './session';

const sampleRate = 16000;
const frameSamples = 1024;
/** 10 ms, as in the paper */
const hopSamples = 160;
const bins = 360;
const centsPerBin = 20;
/** cents above 10 Hz of the lowest bin: 31.70 Hz in the published weights (the paper says C1, a semitone higher) */
const lowestCents = 1997.3794084376191;
/** bins on either side of the peak that the mean is taken over */
const reach = 4;
/** frames in one run: bounds the memory */
const batchFrames = 512;

/** How CREPE's answer is read. */
export interface CrepeOptions {
  readonly f0MinHz: number;
  readonly f0MaxHz: number;
  /** salience of the peak from which on a frame is voiced (`thre` of the known notebooks, 0.05) */
  readonly threshold: number;
}

/**
 * @param options.id name, hash of the weights, range and threshold
 * @throws UserError `onnx-not-crepe` for another net
 */
export function createCrepe(
  session: OnnxSession,
  options: CrepeOptions & { readonly id: string },
): PitchEstimator {
  const [input] = session.inputs;
  if (session.inputs.length !== 1 || input?.shape.at(-1) !== frameSamples) {
    throw new UserError(
      'onnx-not-crepe',
      `Expected one input of frames [N, ${frameSamples}] in ${session.path}, found ${session.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ')}`,
      'Use a CREPE net exported with frames as its input.',
    );
  }
  return {
    id: options.id,
    estimate: async (audio, grid) => {
      const { samples } = await resample(audio, sampleRate);
      const hz = await track(session, input.name, samples, options);
      return onGrid({ hz, periodSeconds: hopSamples / sampleRate }, grid);
    },
  };
}

async function track(
  session: OnnxSession,
  name: string,
  samples: Audio['samples'],
  options: CrepeOptions,
): Promise<Float32Array> {
  const total = Math.floor(samples.length / hopSamples) + 1;
  const hz = new Float32Array(total);
  for (let start = 0; start < total; start += batchFrames) {
    const count = Math.min(batchFrames, total - start);
    const frames = new Float32Array(count * frameSamples);
    for (let k = 0; k < count; k++) {
      frames.set(normalized(samples, (start + k) * hopSamples - frameSamples / 2), k * frameSamples);
    }
    const result = await session.run({ [name]: { shape: [count, frameSamples], data: frames } });
    const salience = result[session.outputs[0]!]!.data;
    for (let k = 0; k < count; k++) {
      hz[start + k] = hzOfSalience(salience.subarray(k * bins, (k + 1) * bins), options);
    }
  }
  return hz;
}

/** 1024 samples from `start` (zeros outside), mean 0 and deviation 1: the net does not hear the level. */
function normalized(samples: Audio['samples'], start: number): Float32Array {
  const frame = Float32Array.from({ length: frameSamples }, (_, i) => samples[start + i] ?? 0);
  const mean = frame.reduce((sum, x) => sum + x, 0) / frameSamples;
  const variance = frame.reduce((sum, x) => sum + (x - mean) ** 2, 0) / frameSamples;
  const scale = 1 / Math.max(1e-10, Math.sqrt(variance));
  return frame.map((x) => (x - mean) * scale);
}

/**
 * F0 of one frame: the mean of the cents around the highest salience within the range, weighted by salience (Kim et al.
 * 2018, equation 2, over nine bins); 0 below the threshold.
 * @param salience [360]
 */
export function hzOfSalience(salience: Float32Array, options: CrepeOptions): number {
  const binOf = (hz: number): number => (1200 * Math.log2(hz / 10) - lowestCents) / centsPerBin;
  const first = Math.max(0, Math.ceil(binOf(options.f0MinHz)));
  const last = Math.min(bins - 1, Math.floor(binOf(options.f0MaxHz)));
  let peak = first;
  for (let i = first; i <= last; i++) if (salience[i]! > salience[peak]!) peak = i;
  if (!(salience[peak]! >= options.threshold)) return 0;
  let [weights, sum] = [0, 0];
  for (let i = Math.max(0, peak - reach); i <= Math.min(bins - 1, peak + reach); i++) {
    weights += salience[i]!;
    sum += salience[i]! * i;
  }
  return 10 * 2 ** ((lowestCents + (centsPerBin * sum) / weights) / 1200);
}
