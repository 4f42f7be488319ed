/** Writes a training state in the reference's file format (spec section g). */
import type { Checkpoint } from './checkpoint';
import { EXTRA_KEY, writeExtra } from './extra';
import { writeOptimizer } from './optimizer-state';
import { PyFloat, PyOrderedDict, type Writable } from './pickler';
import { Storages, writeTorchFile } from './torch-writer';

/**
 * Replaces the file `path` by `checkpoint`; PyTorch and Diff-SVC read it. Tensors are written from where they are, so
 * they must not change until the promise is settled.
 *
 * @throws UserError those of `writeFileAtomic`; the old file is then unharmed
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const storages = new Storages();
  const { epoch, step, optimizer, weights, extra } = checkpoint;
  const tree = new Map<string, Writable>([
    ['epoch', epoch],
    ['global_step', step],
    ['checkpoint_callback_best', optimizer && new PyFloat(Number.POSITIVE_INFINITY)],
    ['optimizer_states', optimizer && [writeOptimizer(optimizer, weights, storages)]],
    ['lr_schedulers', optimizer && []],
    [
      'state_dict',
      new PyOrderedDict(
        new Map([...weights].map(([name, tensor]) => [`model.${name}`, storages.tensor(tensor)])),
      ),
    ],
  ]);
  if (extra) tree.set(EXTRA_KEY, writeExtra(extra, storages));
  await writeTorchFile(path, tree, storages);
}
