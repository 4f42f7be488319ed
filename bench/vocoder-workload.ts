/** A full-size NSF-HiFiGAN with random weights, and something like a voice for it to sing. */
import { melSpectrogram } from '../lib/audio/mel';
import { type AudioConfig, audioSchema } from '../lib/config/schema';
import { compileProgram } from '../lib/engine/compile/program';
import { Philox, streams } from '../lib/random/philox';
import type { Precision } from '../lib/tensor/program';
import { channelsAfter, type NsfConfig, parseNsfConfig } from '../lib/vocoder/nsf-hifigan/config';
import type { CompiledNsfOptions } from '../lib/vocoder/nsf-hifigan/network';
import { createNsfHifigan, type NsfHifigan } from '../lib/vocoder/nsf-hifigan/nsf-hifigan';
import type { HostTensor } from '../lib/vocoder/nsf-hifigan/state';
import type { VocoderInput } from '../lib/vocoder/vocoder';

/** The published generators' config.json, as far as it describes them. */
export const nsfConfig: NsfConfig = parseNsfConfig({
  resblock: '1',
  upsample_rates: [8, 8, 2, 2, 2],
  upsample_kernel_sizes: [16, 16, 4, 4, 4],
  upsample_initial_channel: 512,
  resblock_kernel_sizes: [3, 7, 11],
  resblock_dilation_sizes: [
    [1, 3, 5],
    [1, 3, 5],
    [1, 3, 5],
  ],
  num_mels: 128,
  n_fft: 2048,
  hop_size: 512,
  win_size: 2048,
  sampling_rate: 44100,
  fmin: 40,
  fmax: 16000,
});

const audio: AudioConfig = audioSchema.parse({});

/** Share of a residual block's input that its steps add; keeps the size of the values from stage to stage. */
const residualGain = 0.5;

/** Random weights in PyTorch's layout and names, without weight norm; sizes of values stay about 1 through the network. */
export function randomNsfState(config: NsfConfig): Map<string, HostTensor> {
  const random = new Philox(1, streams.init);
  const state = new Map<string, HostTensor>();
  const put = (name: string, shape: number[], deviation: number): void => {
    const values = random.normals(shape.reduce((a, b) => a * b, 1));
    state.set(name, { shape, data: values.map((v) => v * deviation) });
  };
  /** @param summed values that one output is the sum of */
  const layer = (name: string, shape: number[], outputs: number, summed: number, gain = 1): void => {
    put(`${name}.weight`, shape, gain * Math.sqrt(2 / summed));
    put(`${name}.bias`, [outputs], 0.02);
  };
  put('m_source.l_linear.weight', [1, 9], 1 / 3);
  put('m_source.l_linear.bias', [1], 0.01);
  layer(
    'conv_pre',
    [config.initialChannels, config.melBins, 7],
    config.initialChannels,
    config.melBins * 7,
    0.2,
  );
  config.upsampleRates.forEach((rate, i) => {
    const [inputs, channels] = [channelsAfter(config, i), channelsAfter(config, i + 1)];
    const kernel = config.upsampleKernels[i]!;
    layer(`ups.${i}`, [inputs, channels, kernel], channels, (inputs * kernel) / rate);
    const stride = config.upsampleRates.slice(i + 1).reduce((p, r) => p * r, 1);
    const taps = stride === 1 ? 1 : 2 * stride;
    layer(`noise_convs.${i}`, [channels, 1, taps], channels, taps, 3);
    config.resblockKernels.forEach((k, j) => {
      for (const m of [0, 1, 2]) {
        const name = `resblocks.${config.resblockKernels.length * i + j}`;
        layer(`${name}.convs1.${m}`, [channels, channels, k], channels, channels * k);
        layer(`${name}.convs2.${m}`, [channels, channels, k], channels, channels * k, residualGain);
      }
    });
  });
  const last = channelsAfter(config, config.upsampleRates.length);
  layer('conv_post', [1, last, 7], 1, last * 7, 0.1);
  return state;
}

/** The vocoder. @param how `eager`, or the precision in which the compiled one computes */
export function createBenchVocoder(
  how: 'eager' | Precision,
  options: Pick<CompiledNsfOptions, 'sizes' | 'onCompiled'> = {},
): NsfHifigan {
  const compiled = how === 'eager' ? undefined : { compile: compileProgram, precision: how, ...options };
  return createNsfHifigan(randomNsfState(nsfConfig), nsfConfig, audio, 'bench', compiled);
}

/** F0 of a glide with vibrato and pauses. */
function speechF0(frames: number): Float32Array {
  return Float32Array.from({ length: frames }, (_, t) =>
    t % 90 < 12 ? 0 : 180 + 60 * Math.sin(t / 50) + 5 * Math.sin(t / 2.5),
  );
}

/** Mel and F0 of a synthetic voice: harmonics with three moving formants, noise where unvoiced. */
export function speechLike(frames: number): VocoderInput {
  const { sampleRate, hopSize } = audio;
  const f0Hz = speechF0(frames);
  const noise = new Philox(2, streams.noise).normals(frames * hopSize);
  const samples = new Float32Array(frames * hopSize);
  let phase = 0;
  for (let n = 0; n < samples.length; n++) {
    const f0 = f0Hz[Math.floor(n / hopSize)]!;
    phase += (2 * Math.PI * f0) / sampleRate;
    samples[n] = 0.003 * noise[n]! * (f0 > 0 ? 1 : 10);
    const formants = [500 + 250 * Math.sin(n / 9000), 1500 + 600 * Math.sin(n / 13000), 2800];
    for (let h = 1; f0 > 0 && h * f0 < 5000; h++) {
      const level = formants.reduce(
        (sum, hz, i) => sum + 0.1 / (i + 1) / (1 + ((h * f0 - hz) / 120) ** 2),
        0.001,
      );
      samples[n]! += level * Math.sin(h * phase);
    }
  }
  const mel = melSpectrogram({ samples, sampleRate }, audio);
  return { mel, f0Hz: f0Hz.slice(0, mel.frames), seed: 5 };
}
