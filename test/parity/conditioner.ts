/** The conditioner without and with its encoder (spec section e), in evaluation mode. */
import * as tf from '@tensorflow/tfjs';
import { coarsePitch } from '../../lib/model/coarse-pitch';
import { condition, f0HzOf } from '../../lib/model/conditioner';
import { encoderInput, encodeUnits, reversedPositions } from '../../lib/model/fs2-encoder';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { modelConfigOf } from './model-config';
import { weightsFrom } from './torch-layout';

type Pair = [number, number];

async function run(fixture: Fixture, report: Report): Promise<void> {
  tf.tidy(() => {
    const units = tf.tensor3d(fixture.data('hubert'), fixture.shape('hubert') as [number, number, number]);
    const mel2ph = tf.tensor2d(fixture.ints('mel2ph'), fixture.shape('mel2ph') as Pair, 'int32');
    const f0Log2 = tf.tensor2d(fixture.data('f0_log2'), fixture.shape('f0_log2') as Pair);
    for (const part of ['no_fs2', 'fs2']) {
      const config = { ...modelConfigOf(fixture.config), noFs2: part === 'no_fs2' };
      const weights = weightsFrom(fixture, `${part}/w/`, (rest) => `fs2.${rest}`);
      const f0Hz = f0HzOf({ mel2ph, f0Log2 });
      report(`${part}/f0_denorm`, f0Hz.dataSync());
      report(`${part}/coarse`, coarsePitch(f0Hz, config).dataSync());
      report(`${part}/decoder_inp`, condition(weights, config, { units, mel2ph, f0Log2 }).dataSync());
      if (config.noFs2) continue;
      report('fs2/pe', reversedPositions(units.shape[1], config.hiddenSize).dataSync());
      report('fs2/encoder_in', encoderInput(units).dataSync());
      report('fs2/encoder_out', encodeUnits(weights, config, units).dataSync());
    }
  });
}

export const conditionerGroup: ParityGroup = {
  name: 'conditioner',
  files: ['conditioner.safetensors'],
  isInput: () => false,
  run,
};
