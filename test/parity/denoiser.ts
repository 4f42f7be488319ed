/** The denoiser (spec section f): step vector, output, both losses and the gradients of all parameters. */
import * as tf from '@tensorflow/tfjs';
import { denoise, embedStep, projectCondition } from '../../lib/model/denoiser';
import { stepEmbedding, stepFrequencies } from '../../lib/model/step-embedding';
import { elementDistance } from '../../lib/training/loss';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { modelConfigOf } from './model-config';
import { channelsFirstOf, channelsLastOf, torchOrder, weightsFrom } from './torch-layout';

const prefix = 'denoise_fn.';

async function run(fixture: Fixture, report: Report): Promise<void> {
  const config = modelConfigOf(fixture.config);
  report('step_freqs', stepFrequencies(config.residualChannels));
  tf.tidy(() => {
    const weights = weightsFrom(fixture, 'w/', (rest) => prefix + rest);
    const [x, cond, target] = ['x', 'cond', 'target'].map((name) => channelsLastOf(fixture, name));
    const t = tf.tensor1d(fixture.ints('t'), 'int32');
    report('step_embedding', stepEmbedding(t, config.residualChannels).dataSync());
    report('step_mlp', embedStep(weights, config, t).dataSync());
    const forward = (): tf.Tensor3D =>
      denoise(weights, config, x!, t, projectCondition(weights, config, cond!));
    report('out', channelsFirstOf(forward()));
    for (const loss of ['l2', 'l1'] as const) {
      const { value, grads } = tf.valueAndGrads(() => elementDistance(target!, forward(), loss).mean())([
        ...weights.values(),
      ]);
      report(`loss_${loss}`, value.dataSync());
      [...weights.keys()].forEach((name, i) => {
        report(`grad_${loss}/${name.slice(prefix.length)}`, torchOrder(name, grads[i]!));
      });
    }
  });
}

export const denoiserGroup: ParityGroup = {
  name: 'denoiser',
  files: ['denoiser.safetensors'],
  isInput: () => false,
  run,
};
