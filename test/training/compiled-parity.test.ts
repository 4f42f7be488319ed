import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import { loadEngine } from '../../lib/engine/backend';
import { compileProgram } from '../../lib/engine/compile/program';
import { createCompiledTrainer } from '../../lib/training/compiled-trainer';
import { compare } from '../parity/compare';
import { type Fixture, openFixture } from '../parity/fixtures';
import { tensorsUnder } from '../parity/tensors';
import { batchOf, configOf, drawsOf } from '../parity/training';

beforeAll(() => loadEngine());

const root = join(__dirname, '../golden');

function startOf(fixture: Fixture): Checkpoint {
  return { step: 0, epoch: 0, weights: tensorsUnder(fixture, 'init/'), optimizer: null, extra: null };
}

/** Compares by the manifest's tolerance, with a message that says how far off it is. */
function expectWithin(fixture: Fixture, tensor: string, values: ArrayLike<number>): void {
  const { tolerance } = fixture.entry.tensors![tensor]!;
  const { ok, error, bound } = compare(values, fixture.data(tensor), tolerance!);
  expect(ok, `${fixture.file} ${tensor}: off by ${error}, bound ${bound}`).toBe(true);
}

describe.each(['training_l2.safetensors', 'training_l1_fs2.safetensors'])('compiled steps of %s', (file) => {
  it('give the losses, norms and weights of the reference', async () => {
    const fixture = openFixture(root, file);
    const config = configOf(fixture);
    const withoutDropout = {
      ...config,
      model: { ...config.model, fs2: { ...config.model.fs2, dropout: 0 } },
    };
    const trainer = createCompiledTrainer(withoutDropout, startOf(fixture), {
      compile: compileProgram,
      precision: 'f32',
      draws: (update) => drawsOf(fixture, update),
    });
    const count = new Set(fixture.names('batch').map((name) => name.split('/')[0])).size;
    const batches = Array.from({ length: count }, (_, i) => batchOf(fixture, i));
    await trainer.prepare?.({ update: batches });
    const series = { loss: [] as number[], grad_norm: [] as number[] };
    for (let update = 0; update < fixture.shape('loss')[0]!; update++) {
      const metrics = trainer.update(batches[update % count]!, update);
      series.loss.push(metrics.loss());
      series.grad_norm.push(metrics.gradNorm());
      metrics.dispose();
      const prefix = `step${String(update + 1).padStart(2, '0')}/model.`;
      const expected = fixture.names(prefix);
      if (expected.length === 0) continue;
      const { weights } = await trainer.state();
      for (const name of expected) expectWithin(fixture, name, weights.get(name.slice(prefix.length))!.data);
    }
    for (const [name, values] of Object.entries(series)) expectWithin(fixture, name, values);
    trainer.dispose();
  });
});
