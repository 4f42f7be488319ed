/** Reads a training state from the reference's file format (spec section g), whoever wrote it. */
import { basename } from 'node:path';
import type { HostTensor } from '../model/parameters';
import type { Checkpoint } from './checkpoint';
import { EXTRA_KEY, readExtra } from './extra';
import { invalid } from './file-errors';
import { stepOfName } from './file-names';
import { readOptimizer } from './optimizer-state';
import { readWhole } from './read-whole';
import { parseTorchFile, type ReadOptions } from './torch-file';
import { Place } from './tree-checks';

const PREFIX = 'model.';

/**
 * Reads model_ckpt_steps_N.ckpt, ours or the reference's, zip or legacy, whole or "clean". Tensors are views of one
 * buffer with the file's bytes: do not write to them; keeping one keeps them all.
 *
 * @throws UserError `file-unreadable`, `checkpoint-torn`, `checkpoint-invalid`, `checkpoint-refused`
 */
export async function readCheckpoint(path: string, options: ReadOptions = {}): Promise<Checkpoint> {
  return parseCheckpoint(await readWhole(path), path, options);
}

/** The same for bytes in memory; `source` is the file's name (clean files have their step only there). */
export function parseCheckpoint(bytes: Uint8Array, source: string, options: ReadOptions = {}): Checkpoint {
  const root = new Place(parseTorchFile(bytes, source, options), '', source);
  if (!root.get('state_dict').exists) {
    throw invalid(source, 'it has no state_dict, so it is not a checkpoint of Diff-SVC');
  }
  const weights = readWeights(root.get('state_dict'));
  const optimizers = root.get('optimizer_states');
  if (optimizers.exists && optimizers.list().length !== 1) optimizers.fail('one optimizer');
  const step = root.get('global_step');
  return {
    step: step.exists ? step.count() : (stepOfName(basename(source)) ?? 0),
    epoch: root.get('epoch').exists ? root.get('epoch').count() : 0,
    weights,
    optimizer: optimizers.exists ? readOptimizer(optimizers.at(0), weights) : null,
    extra: readExtra(root.get(EXTRA_KEY)),
  };
}

function readWeights(stateDict: Place): ReadonlyMap<string, HostTensor> {
  const weights = new Map<string, HostTensor>();
  for (const key of stateDict.dict().keys()) {
    const place = stateDict.get(key);
    if (typeof key !== 'string' || !key.startsWith(PREFIX)) place.fail(`called ${PREFIX}...`);
    const tensor = place.tensor();
    weights.set(String(key).slice(PREFIX.length), { shape: tensor.shape, data: tensor.toFloat32() });
  }
  if (weights.size === 0) stateDict.fail('a dict of weights');
  return weights;
}
