/** Goes on operation by operation where something cannot be compiled. Only for callers who ask for it: it hides a cost. */
import type { Checkpoint } from '../checkpoint/checkpoint';
import type { OnNotice } from '../config/progress';
import type { Config } from '../config/schema';
import { unsupportedOpError } from '../tensor/program';
import { type CompiledTrainerOptions, createCompiledTrainer } from './compiled-trainer';
import { createEagerTrainer } from './eager-trainer';
import type { Trainer } from './trainer';

/** A compiled trainer that becomes an eager one, with a notice, if an op has no graph kernel. */
export function createTrainerWithFallback(
  config: Config,
  start: Checkpoint | null,
  options: CompiledTrainerOptions & { readonly notice: OnNotice },
): Trainer {
  let current: Trainer = createCompiledTrainer(config, start, options);
  return {
    get computation() {
      return current.computation;
    },
    prepare: async (batches) => {
      try {
        await current.prepare?.(batches);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== unsupportedOpError) throw error;
        options.notice(`${error.message}\nTraining goes on without compilation, several times slower.`);
        const state = await current.state();
        current.dispose();
        current = createEagerTrainer(config, { ...state, step: state.optimizer.step, epoch: 0, extra: null });
      }
    },
    update: (batch, update) => current.update(batch, update),
    validationLoss: (batch, index) => current.validationLoss(batch, index),
    state: () => current.state(),
    dispose: () => current.dispose(),
  };
}
