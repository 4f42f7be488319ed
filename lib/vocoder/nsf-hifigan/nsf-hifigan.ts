/**
 * NSF-HiFiGAN as a `Vocoder`. May be imported by inference and cli; knows no files: weights and configuration come
 * from whoever read them.
 */
import * as tf from '@tensorflow/tfjs';
import type { AudioConfig } from '../../config/schema';
import type { Vocoder, VocoderInput } from '../vocoder';
import { assertSameMel, type NsfConfig } from './config';
import { generate } from './generator';
import { mixHarmonics, type SourceDraws, seededDraws, sineGenerator } from './source';
import type { HostTensor } from './state';
import { type NsfWeights, uploadNsf } from './weights';

/** ln 10 as the reference has it; its model mels are log10, the vocoder's natural. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the rounded value is part of the definition
const lnPerLog10 = 2.30259;

/** A vocoder that holds tensors until it is disposed of. */
export interface NsfHifigan extends Vocoder {
  /** The same with the random draws given: `synthesize` is this with draws from its seed. */
  synthesizeWith(input: Omit<VocoderInput, 'seed'>, draws: SourceDraws): Promise<Float32Array>;
  dispose(): void;
}

/**
 * Makes the vocoder.
 * @param state of the generator, PyTorch's layout, as `generatorState` gives it
 * @param config the `config.json` beside it, as `parseNsfConfig` gives it
 * @param audio the voice's audio settings
 * @param id name + version + hash of the weights
 * @throws UserError `vocoder-mismatch` or `vocoder-weights`
 */
export function createNsfHifigan(
  state: ReadonlyMap<string, HostTensor>,
  config: NsfConfig,
  audio: AudioConfig,
  id: string,
): NsfHifigan {
  assertSameMel(config, audio);
  const weights = uploadNsf(state, config);
  const harmonics = weights.mix.weights.length;
  const synthesizeWith: NsfHifigan['synthesizeWith'] = (input, draws) =>
    synthesizeSamples(weights, config, input, draws);
  return {
    id,
    sampleRate: config.sampleRate,
    hopSize: config.hopSize,
    synthesizeWith,
    synthesize: (input) => synthesizeWith(input, seededDraws(input.seed, harmonics, config.hopSize)),
    dispose: () => tf.dispose(weights as unknown as tf.TensorContainer),
  };
}

async function synthesizeSamples(
  weights: NsfWeights,
  config: NsfConfig,
  { mel, f0Hz }: Omit<VocoderInput, 'seed'>,
  draws: SourceDraws,
): Promise<Float32Array> {
  if (mel.width !== config.melBins || mel.frames !== f0Hz.length) {
    throw new Error(
      `Expected a mel of ${config.melBins} bins and as many frames as F0 (${f0Hz.length}), got [${mel.frames}, ${mel.width}]`,
    );
  }
  const sines = sineGenerator(f0Hz, draws, config.hopSize, config.sampleRate);
  const source = mixHarmonics(sines, weights.mix.weights, weights.mix.bias);
  const samples = tf.tidy(() => {
    const melLn = tf.mul<tf.Tensor2D>(tf.tensor2d(mel.data, [mel.frames, mel.width]), lnPerLog10);
    return generate(weights, melLn, tf.tensor2d(source, [source.length, 1]));
  });
  const data = (await samples.data()) as Float32Array;
  samples.dispose();
  return data;
}
