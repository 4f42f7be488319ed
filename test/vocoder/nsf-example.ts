/** A small NSF-HiFiGAN with random weights. Test code only. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { audioSchema } from '../../lib/config/schema';
import { Philox, streams } from '../../lib/random/philox';
import type { HostTensor } from '../../lib/vocoder/nsf-hifigan/state';

const golden = resolve(__dirname, '../golden/checkpoints/nsf_hifigan/config.json');
export const published = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, unknown>;

/** A generator of other rates than the published one, with single convolutions per block. */
export const small = {
  ...published,
  resblock: '2',
  upsample_rates: [4, 2, 3],
  upsample_kernel_sizes: [8, 4, 5],
  upsample_initial_channel: 16,
  resblock_kernel_sizes: [3, 5],
  resblock_dilation_sizes: [
    [1, 3],
    [1, 2],
  ],
  num_mels: 5,
  hop_size: 24,
};
// Rates after the first stage multiply to 6 and 3, and 3 is odd.
export const even = { ...small, upsample_rates: [4, 2, 2], upsample_kernel_sizes: [8, 4, 4], hop_size: 16 };
export const audio = audioSchema.parse({ melBins: 5, hopSize: 16 });

/** State of the generator that `even` describes. */
export function randomState(): Map<string, HostTensor> {
  const generator = new Philox(1, streams.init);
  const state = new Map<string, HostTensor>();
  const put = (name: string, ...shape: number[]): void => {
    const data = generator.normals(shape.reduce((a, b) => a * b, 1)).map((v) => 0.2 * v);
    state.set(name, { shape, data });
  };
  const normed = (layer: string, bias: number, ...shape: number[]): void => {
    put(`${layer}.weight_g`, shape[0]!, 1, 1);
    put(`${layer}.weight_v`, ...shape);
    put(`${layer}.bias`, bias);
  };
  put('m_source.l_linear.weight', 1, 9);
  put('m_source.l_linear.bias', 1);
  normed('conv_pre', 16, 16, 5, 7);
  const strides = [4, 2, 1];
  strides.forEach((stride, i) => {
    const channels = 8 / 2 ** i;
    normed(`ups.${i}`, channels, 2 * channels, channels, [8, 4, 4][i]!);
    put(`noise_convs.${i}.weight`, channels, 1, stride === 1 ? 1 : 2 * stride);
    put(`noise_convs.${i}.bias`, channels);
    [3, 5].forEach((kernel, j) => {
      for (const m of [0, 1]) {
        normed(`resblocks.${2 * i + j}.convs.${m}`, channels, channels, channels, kernel);
      }
    });
  });
  normed('conv_post', 1, 1, 2, 7);
  return state;
}
