/**
 * NSF-HiFiGAN's network: mel and source in, samples out. HiFi-GAN's generator (Kong et al. 2020) with the source added
 * at every stage; numbers from spec section i. One item, channels last, no state: a stretch of mel and the same stretch
 * of source give the same stretch of sound, but for the receptive field at its ends (`windows.ts`).
 */
import * as tf from '@tensorflow/tfjs';
import type { Convolution, NetworkWeights, ResidualStep, Stage } from './weights';

const slope = 0.1;
/** The last activation has PyTorch's default slope, not that of the others. */
const lastSlope = 0.01;

/** Named intermediate results, for comparison with the reference. */
export type Probe = (name: string, value: tf.Tensor2D) => void;

/** What is done to every layer's input before the layer sees it. */
export type Mask = (x: tf.Tensor2D) => tf.Tensor2D;

/** Time as the width of an image of height 1. */
function asImage(x: tf.Tensor2D): tf.Tensor4D {
  return x.reshape([1, 1, ...x.shape]);
}

function asSequence(x: tf.Tensor4D): tf.Tensor2D {
  return x.reshape([x.shape[2], x.shape[3]]);
}

/** Convolution with its bias. @param rectified whether a leaky ReLU follows */
function convolve(
  x: tf.Tensor2D,
  { filter, bias }: Convolution,
  { dilation = 1, stride = 1, pad = 'same' as 'same' | 'valid', rectified = false },
): tf.Tensor2D {
  return tf.tidy(() =>
    asSequence(
      tf.fused.conv2d({
        x: asImage(x),
        filter,
        bias,
        strides: [1, stride],
        dilations: [1, dilation],
        pad,
        ...(rectified ? { activation: 'leakyrelu', leakyreluAlpha: slope } : {}),
      }),
    ),
  );
}

/**
 * Transposed convolution [T, in] to [T * rate, out]. PyTorch's padding (kernel - rate) / 2 is what `same` means for
 * this output length.
 */
function upsample(x: tf.Tensor2D, { filter, bias }: Convolution, rate: number): tf.Tensor2D {
  return tf.tidy(() => {
    const outShape: [number, number, number, number] = [1, 1, x.shape[0] * rate, bias.shape[0]];
    return tf.add(asSequence(tf.conv2dTranspose(asImage(x), filter, outShape, [1, rate], 'same')), bias);
  });
}

/** The source at a stage's rate: [N, 1] to [N / stride, out], half a stride of zeros on both sides. */
function noiseConvolution(source: tf.Tensor2D, { noise, noiseStride }: Stage): tf.Tensor2D {
  return tf.tidy(() => {
    const half = Math.floor(noiseStride / 2);
    const padded = tf.pad(source, [
      [half, half],
      [0, 0],
    ]);
    return convolve(padded, noise, { stride: noiseStride, pad: 'valid' });
  });
}

function residualBlock(x: tf.Tensor2D, steps: readonly ResidualStep[], mask: Mask): tf.Tensor2D {
  return steps.reduce(
    (sum, { first, dilation, second }) =>
      tf.tidy(() => {
        const input = mask(tf.leakyRelu(sum, slope));
        const y = convolve(input, first, { dilation, rectified: second !== null });
        return tf.add(sum, second ? convolve(mask(y), second, {}) : y);
      }),
    x,
  );
}

/** One stage: [T, C] to [T * rate, C / 2]. The mean over the blocks is in the next layer's weights (`fold.ts`). */
function runStage(
  x: tf.Tensor2D,
  source: tf.Tensor2D,
  stage: Stage,
  i: number,
  { probe, mask }: Required<Hooks>,
): tf.Tensor2D {
  return tf.tidy(() => {
    const up = upsample(mask(tf.leakyRelu(x, slope)), stage.up, stage.rate);
    probe(`ups${i}`, up);
    const noise = noiseConvolution(source, stage);
    probe(`noise_conv${i}`, noise);
    const sum = tf.add<tf.Tensor2D>(up, noise);
    return tf.addN(stage.blocks.map((steps) => residualBlock(sum, steps, mask)));
  });
}

/** What looks at, or changes, values inside the network. */
export interface Hooks {
  readonly probe?: Probe;
  readonly mask?: Mask;
}

/**
 * The whole network.
 * @param melLn natural-log mel [T, M]
 * @param source [T * hopSize, 1], as `mixHarmonics` gives it
 * @returns samples [T * hopSize] in (-1, 1)
 */
export function generate(
  weights: NetworkWeights,
  melLn: tf.Tensor2D,
  source: tf.Tensor2D,
  { probe = () => {}, mask = (x) => x }: Hooks = {},
): tf.Tensor1D {
  return tf.tidy(() => {
    let x = convolve(mask(melLn), weights.pre, {});
    probe('conv_pre', x);
    weights.stages.forEach((stage, i) => {
      const previous = x;
      x = runStage(previous, source, stage, i, { probe, mask });
      previous.dispose();
    });
    return tf.tanh(convolve(mask(tf.leakyRelu(x, lastSlope)), weights.post, {})).reshape<tf.Tensor1D>([-1]);
  });
}
