/** Whether weights in a file are those of the model that is configured: before training goes on from them or begins with them. */
import type { Checkpoint } from '../checkpoint/checkpoint';
import { UserError } from '../config/errors';
import { parseConfig } from '../config/load';
import type { ModelConfig } from '../config/schema';
import { parameterSpecs } from '../model/parameters';

/**
 * What shapes do not show: a network that predicts noise looks like one that predicts the clean mel.
 * @throws UserError `other-architecture`
 */
export function requireSameModel(checkpoint: Checkpoint, model: ModelConfig, path: string): void {
  if (checkpoint.extra === null) return;
  const trained = parseConfig(JSON.parse(checkpoint.extra.config), path).model;
  const differences = (Object.keys(model) as (keyof ModelConfig)[])
    // The range belongs to the data; a resumed run takes the checkpoint's.
    .filter((key) => key !== 'specMin' && key !== 'specMax')
    .filter((key) => JSON.stringify(model[key]) !== JSON.stringify(trained[key]))
    .map(
      (key) => `model.${key} is ${JSON.stringify(trained[key])} there and ${JSON.stringify(model[key])} here`,
    );
  if (differences.length === 0) return;
  throw new UserError(
    'other-architecture',
    `Expected the model that ${path} was trained as, but ${differences.join('; ')}`,
    'Leave these settings as they were, or start a new run in another --save-dir.',
  );
}

/**
 * Names and shapes of everything that is trained must be those of the configured model: nothing is left at random
 * silently (spec k.23). Dead weights are carried along as they are.
 * @throws UserError `other-architecture`
 */
export function requireSameArchitecture(checkpoint: Checkpoint, model: ModelConfig, path: string): void {
  const problems: string[] = [];
  for (const spec of parameterSpecs(model).filter(({ trained }) => trained)) {
    const tensor = checkpoint.weights.get(spec.name);
    if (tensor === undefined) problems.push(`${spec.name} is missing`);
    else if (tensor.shape.join() !== spec.shape.join()) {
      problems.push(`${spec.name} is [${tensor.shape.join(', ')}] instead of [${spec.shape.join(', ')}]`);
    }
  }
  if (problems.length === 0) return;
  const more = problems.length > 3 ? ` and ${problems.length - 3} more` : '';
  throw new UserError(
    'other-architecture',
    `Expected the configured architecture in ${path}, but ${problems.slice(0, 3).join('; ')}${more}`,
    'Use the config.yaml that lies beside the checkpoint, or start a new run in another --save-dir.',
  );
}

/**
 * Diff-SVC knows HuBERT-soft only, so that is what its files were trained with.
 * @throws UserError `other-encoder`
 */
export function requireHubert(encoderId: string, path: string): void {
  if (encoderId.startsWith('hubert')) return;
  throw new UserError(
    'other-encoder',
    `Expected units of HuBERT-soft, which ${path} (written by Diff-SVC) was trained with, got ${encoderId}`,
    'Begin a new run; voices of Diff-SVC cannot be trained further with another encoder.',
  );
}
