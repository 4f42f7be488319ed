/**
 * The norm after the first convolution, as a factor and a summand per channel. Its statistics over time of `frames W` follow
 * from the mean m and the covariance K of the frames, ten values each: mean m W, variance w' K w per channel w. That is
 * little work, and done in float64: filters that take low notes out leave small differences of large numbers.
 */
import { strides } from './forward';
import { epsilon } from './layers';

/** Parameters of the first convolution and its norm, on the host. */
export interface FirstLayer {
  /** [kernel, channels] */
  readonly filter: Float32Array;
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

export const firstKernel = 10;
const firstStride = strides[0];

/**
 * Group norm with a group per channel (Wu and He 2018), statistics over all steps of a signal.
 * @param wav the signal with its zeros around, nothing added to fill it up [P], P >= 10
 * @returns per channel, for `filter * scale` and `+ shift`
 */
export function firstNorm(
  wav: Float32Array,
  { filter, gain, bias }: FirstLayer,
): { readonly scale: Float32Array; readonly shift: Float32Array } {
  const { mean, covariance } = frameStatistics(wav);
  const channels = gain.length;
  const [scale, shift] = [new Float32Array(channels), new Float32Array(channels)];
  for (let c = 0; c < channels; c++) {
    let [average, variance] = [0, 0];
    for (let i = 0; i < firstKernel; i++) {
      const weight = filter[i * channels + c]!;
      average += weight * mean[i]!;
      let row = 0;
      for (let j = 0; j < firstKernel; j++) {
        row += covariance[i * firstKernel + j]! * filter[j * channels + c]!;
      }
      variance += weight * row;
    }
    const factor = gain[c]! / Math.sqrt(Math.max(0, variance) + epsilon);
    scale[c] = factor;
    shift[c] = bias[c]! - average * factor;
  }
  return { scale, shift };
}

/** Mean [10] and covariance [10, 10] of what the first convolution sees at its steps. */
function frameStatistics(wav: Float32Array): { mean: Float64Array; covariance: Float64Array } {
  const steps = Math.floor((wav.length - firstKernel) / firstStride) + 1;
  const mean = new Float64Array(firstKernel);
  for (let i = 0; i < firstKernel; i++) {
    for (let t = 0; t < steps; t++) mean[i]! += wav[t * firstStride + i]! / steps;
  }
  const covariance = new Float64Array(firstKernel * firstKernel);
  for (let i = 0; i < firstKernel; i++) {
    for (let j = i; j < firstKernel; j++) {
      let sum = 0;
      for (let t = 0; t < steps; t++) {
        const at = t * firstStride;
        sum += (wav[at + i]! - mean[i]!) * (wav[at + j]! - mean[j]!);
      }
      covariance[i * firstKernel + j] = sum / steps;
      covariance[j * firstKernel + i] = sum / steps;
    }
  }
  return { mean, covariance };
}
