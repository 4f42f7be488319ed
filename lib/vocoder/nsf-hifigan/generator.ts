/**
 * NSF-HiFiGAN's network: mel and source in, samples out. HiFi-GAN's generator (Kong et al. 2020) with the source added
 * at every stage; numbers from spec section i. One item, channels last, no state: a stretch of mel and the same stretch
 * of source give the same stretch of sound, but for the receptive field at its ends.
 */
import * as tf from '@tensorflow/tfjs';
import type { Convolution, NsfWeights, ResidualStep, Stage, Upsampling } from './weights';

const slope = 0.1;
/** The last activation has PyTorch's default slope, not that of the others. */
const lastSlope = 0.01;

/** Named intermediate results, for comparison with the reference. */
export type Probe = (name: string, value: tf.Tensor2D) => void;

/** Convolution that keeps the length (odd kernels). */
function convolve(x: tf.Tensor2D, { filter, bias }: Convolution, dilation = 1): tf.Tensor2D {
  return tf.tidy(() => tf.add(tf.conv1d(x, filter, 1, 'same', 'NWC', dilation), bias));
}

/**
 * Transposed convolution [T, in] to [T * rate, out]. PyTorch's padding (kernel - rate) / 2 is what `same` means for
 * this output length.
 */
function upsample(x: tf.Tensor2D, { filter, bias }: Upsampling, rate: number): tf.Tensor2D {
  return tf.tidy(() => {
    const [frames, channels] = x.shape;
    const [outFrames, outChannels] = [frames * rate, bias.shape[0]];
    const image = x.reshape<tf.Tensor4D>([1, 1, frames, channels]);
    const out = tf.conv2dTranspose(image, filter, [1, 1, outFrames, outChannels], [1, rate], 'same');
    return tf.add(out.reshape<tf.Tensor2D>([outFrames, outChannels]), bias);
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
    return tf.add(tf.conv1d(padded, noise.filter, noiseStride, 'valid'), noise.bias);
  });
}

function residualBlock(x: tf.Tensor2D, steps: readonly ResidualStep[]): tf.Tensor2D {
  return steps.reduce(
    (sum, { first, dilation, second }) =>
      tf.tidy(() => {
        const y = convolve(tf.leakyRelu(sum, slope), first, dilation);
        return tf.add(sum, second ? convolve(tf.leakyRelu(y, slope), second) : y);
      }),
    x,
  );
}

/** One stage: [T, C] to [T * rate, C / 2]. */
function runStage(x: tf.Tensor2D, source: tf.Tensor2D, stage: Stage, i: number, probe: Probe): tf.Tensor2D {
  return tf.tidy(() => {
    const up = upsample(tf.leakyRelu(x, slope), stage.up, stage.rate);
    probe(`ups${i}`, up);
    const noise = noiseConvolution(source, stage);
    probe(`noise_conv${i}`, noise);
    const sum = tf.add<tf.Tensor2D>(up, noise);
    const blocks = stage.blocks.map((steps) => tf.tidy(() => residualBlock(sum, steps)));
    return tf.div(tf.addN(blocks), blocks.length);
  });
}

/**
 * The whole network.
 * @param melLn natural-log mel [T, M]
 * @param source [T * hopSize, 1], as `mixHarmonics` gives it
 * @returns samples [T * hopSize] in (-1, 1)
 */
export function generate(
  weights: NsfWeights,
  melLn: tf.Tensor2D,
  source: tf.Tensor2D,
  probe: Probe = () => {},
): tf.Tensor1D {
  return tf.tidy(() => {
    let x = convolve(melLn, weights.pre);
    probe('conv_pre', x);
    weights.stages.forEach((stage, i) => {
      const previous = x;
      x = runStage(previous, source, stage, i, probe);
      previous.dispose();
    });
    return tf.tanh(convolve(tf.leakyRelu(x, lastSlope), weights.post)).reshape<tf.Tensor1D>([-1]);
  });
}
