/** HuBERT-soft (spec section d): units and every intermediate result, from the fixture's own weights. */
import * as tf from '@tensorflow/tfjs';
import { firstFeatures, hubertUnits, type Probe, softUnits } from '../../lib/encoder/hubert-soft/forward';
import { hubertState } from '../../lib/encoder/hubert-soft/keys';
import { foldTapNorm, uploadHubert } from '../../lib/encoder/hubert-soft/weights';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { channelsFirst, tensorsUnder } from './tensors';

function runHubert(fixture: Fixture, report: Report): void {
  const state = hubertState(tensorsUnder(fixture, 'w/'));
  const conv = 'positional_embedding.conv';
  report(
    'positional_weight_effective',
    foldTapNorm(state.get(`${conv}.weight_g`)!, state.get(`${conv}.weight_v`)!).data,
  );
  const weights = uploadHubert(state);
  const wav = tf.tensor1d(fixture.data('wav'));
  const steps = fixture.shape('after_norm0')[2]!;
  const first = tf.tidy(() => tf.slice(firstFeatures(weights, wav), [0, 0], [steps, -1]));
  report('after_norm0', channelsFirst(first));
  const probe: Probe = (name, value) => {
    if (!fixture.has(name)) return;
    report(name, name === 'after_extractor' ? channelsFirst(value) : value.dataSync());
  };
  const units = hubertUnits(weights, wav, { ...softUnits, heads: fixture.config.heads, probe });
  report('units', units.dataSync());
  tf.dispose([wav, first, units, weights as unknown as tf.TensorContainer]);
}

export const hubertGroup: ParityGroup = {
  name: 'hubert',
  files: ['hubert.safetensors'],
  isInput: (_file, tensor) => tensor === 'wav' || tensor.startsWith('w/'),
  run: async (fixture, report) => runHubert(fixture, report),
};
