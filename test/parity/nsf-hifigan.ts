/** NSF-HiFiGAN (spec section i): source, layers and samples, once without random draws and once with recorded ones. */
import * as tf from '@tensorflow/tfjs';
import { type NsfConfig, parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { generate } from '../../lib/vocoder/nsf-hifigan/generator';
import { mixHarmonics, type SourceDraws, sineGenerator } from '../../lib/vocoder/nsf-hifigan/source';
import { type NsfWeights, uploadNsf } from '../../lib/vocoder/nsf-hifigan/weights';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { channelsFirst, tensorsUnder } from './tensors';

/** Every draw replaced by zero. */
export function zeroDraws(harmonics: number, hopSize: number): SourceDraws {
  const noise = new Float32Array(hopSize * harmonics);
  return { phases: new Float32Array(harmonics), noise: () => noise };
}

function recordedDraws(fixture: Fixture, hopSize: number): SourceDraws {
  const phases = fixture.data('random/rand_ini');
  const noise = fixture.data('random/noise');
  const frame = hopSize * phases.length;
  return { phases, noise: (t) => noise.subarray(t * frame, (t + 1) * frame) };
}

/** Runs the generator with the draws of one `prefix` and reports whatever the fixture has below it. */
function runWith(
  fixture: Fixture,
  report: Report,
  prefix: string,
  draws: SourceDraws,
  weights: NsfWeights,
  config: NsfConfig,
): void {
  const reportIfThere = (name: string, values: ArrayLike<number>): void => {
    if (fixture.has(`${prefix}/${name}`)) report(`${prefix}/${name}`, values);
  };
  const [, bins, frames] = fixture.shape('mel_ln') as [number, number, number];
  const sines = sineGenerator(fixture.data('f0'), {
    draws,
    hopSize: config.hopSize,
    sampleRate: config.sampleRate,
  });
  reportIfThere('sine', sines);
  const source = mixHarmonics(sines, weights.mix);
  reportIfThere('source', source);
  const wav = tf.tidy(() =>
    generate(
      weights,
      tf.tensor2d(fixture.data('mel_ln'), [bins, frames]).transpose<tf.Tensor2D>(),
      tf.tensor2d(source, [source.length, 1]),
      { probe: (name, value) => reportIfThere(name, channelsFirst(value)) },
    ),
  );
  reportIfThere('wav', wav.dataSync());
  wav.dispose();
}

async function run(fixture: Fixture, report: Report): Promise<void> {
  const config = parseNsfConfig(fixture.config);
  const weights = uploadNsf(tensorsUnder(fixture, 'w/'), config);
  const harmonics = weights.mix.weights.length;
  runWith(fixture, report, 'zero', zeroDraws(harmonics, config.hopSize), weights, config);
  runWith(fixture, report, 'random', recordedDraws(fixture, config.hopSize), weights, config);
  tf.dispose(weights as unknown as tf.TensorContainer);
}

const inputs = ['mel_ln', 'f0', 'random/rand_ini', 'random/noise'];

export const nsfHifiganGroup: ParityGroup = {
  name: 'nsf-hifigan',
  files: ['nsf_hifigan.safetensors'],
  isInput: (_file, tensor) => tensor.startsWith('w/') || inputs.includes(tensor),
  run,
};
