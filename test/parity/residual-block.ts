/** One residual block at full width (spec section f.4). */
import * as tf from '@tensorflow/tfjs';
import { projectBlockCondition, residualBlock } from '../../lib/model/denoiser';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { channelsFirstOf, channelsLastOf, weightsFrom } from './torch-layout';

async function run(fixture: Fixture, report: Report): Promise<void> {
  tf.tidy(() => {
    const weights = weightsFrom(fixture, 'w/', (rest) => `block.${rest}`);
    const projected = projectBlockCondition(weights, 'block', channelsLastOf(fixture, 'cond'));
    const step = tf.tensor2d(fixture.data('step'), fixture.shape('step') as [number, number]);
    const out = residualBlock(
      weights,
      'block',
      fixture.config.dilation,
      channelsLastOf(fixture, 'x'),
      step,
      projected,
    );
    report('x_out', channelsFirstOf(out.x));
    report('skip', channelsFirstOf(out.skip));
  });
}

export const residualBlockGroup: ParityGroup = {
  name: 'residual-block',
  files: ['residual_block.safetensors'],
  isInput: () => false,
  run,
};
