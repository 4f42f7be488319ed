/**
 * A training run in a process of its own, for tests that kill it. Arguments: save folder, `none` or `latest`, updates in all.
 * Prints `step N` after every update, `saving N` and `saved N` around saves, `done N` at the end.
 */
import { loadEngine } from '../../lib/engine/backend';
import { createEagerTrainer } from '../../lib/training/eager-trainer';
import { train } from '../../lib/training/train';
import type { Trainer } from '../../lib/training/trainer';
import { syntheticDataset, tinyConfig } from './synthetic-dataset';

async function main(): Promise<void> {
  const [saveDir, resume, updates] = process.argv.slice(2) as [string, 'none' | 'latest', string];
  // Decay within the run, so that resuming has to get the learning rate right.
  const config = tinyConfig({
    maxUpdates: Number(updates),
    checkpointInterval: 5,
    numCkptKeep: 3,
    decaySteps: 37,
  });
  await loadEngine();
  const result = await train({
    config,
    dataset: syntheticDataset(config),
    encoderId: 'synthetic',
    pitchId: 'synthetic',
    retrieval: null,
    saveDir,
    resume,
    allowOtherData: false,
    createTrainer: (c, start) => announceSaves(createEagerTrainer(c, start)),
    progress: ({ done }) => console.log(`step ${done}`),
    notice: (message) => console.log(`notice ${message}`),
    signal: new AbortController().signal,
    clock: () => performance.now(),
    now: () => Date.now(),
  });
  console.log(`done ${result.step}`);
}

/** Taking the state is the first thing of a save. */
function announceSaves(trainer: Trainer): Trainer {
  return {
    ...trainer,
    state: () => {
      console.log('saving');
      return trainer.state();
    },
  };
}

void main();
