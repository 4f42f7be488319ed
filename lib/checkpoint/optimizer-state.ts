/** AdamW's state dict (spec section g): parameters are numbers in the file, names with us. */
import type { HostTensor } from '../model/parameters';
import type { OptimizerState } from './checkpoint';
import { PyFloat, PyTuple, type Writable } from './pickler';
import { TorchTensor } from './torch-tensor';
import type { Storages } from './torch-writer';
import type { Place } from './tree-checks';

type Weights = ReadonlyMap<string, HostTensor>;

/** The schedule's 12 tables and the two ends of the mel range (spec section f). */
const BUFFERS = new Set([
  'betas',
  'alphas_cumprod',
  'alphas_cumprod_prev',
  'sqrt_alphas_cumprod',
  'sqrt_one_minus_alphas_cumprod',
  'log_one_minus_alphas_cumprod',
  'sqrt_recip_alphas_cumprod',
  'sqrt_recipm1_alphas_cumprod',
  'posterior_variance',
  'posterior_log_variance_clipped',
  'posterior_mean_coef1',
  'posterior_mean_coef2',
  'spec_min',
  'spec_max',
]);

/** Names of the parameters in optimiser order: the state dict without its buffers. */
export function parameterNames(weights: Weights): string[] {
  return [...weights.keys()].filter((name) => !BUFFERS.has(name) && !name.endsWith('._float_tensor'));
}

/**
 * Reads one AdamW state dict.
 * @throws UserError `checkpoint-invalid` if it does not fit `weights`, or is AdamW of another kind (amsgrad, several
 *   groups, parameters with different step counts)
 */
export function readOptimizer(state: Place, weights: Weights): OptimizerState {
  const groups = state.get('param_groups');
  if (groups.list().length !== 1) groups.fail('one group');
  const group = groups.at(0);
  if (group.get('amsgrad').value === true) group.get('amsgrad').fail('False');
  const betas = group.get('betas');
  if (betas.list().length !== 2) betas.fail('two numbers');
  const { moments, step } = readMoments(
    state.get('state'),
    indexedNames(group.get('params'), weights),
    weights,
  );
  const learningRate = group.get('lr').number();
  return {
    step,
    learningRate,
    initialLearningRate: group.get('initial_lr').exists ? group.get('initial_lr').number() : learningRate,
    betas: [betas.at(0).number(), betas.at(1).number()],
    eps: group.get('eps').number(),
    weightDecay: group.get('weight_decay').number(),
    moments,
  };
}

/** Parameter name by the number that `state` uses. */
function indexedNames(params: Place, weights: Weights): ReadonlyMap<number, string> {
  const names = parameterNames(weights);
  const count = params.list().length;
  if (count !== names.length) params.fail(`${names.length} parameters, as many as the weights have`);
  return new Map(names.map((name, i) => [params.at(i).count(), name]));
}

function readMoments(state: Place, names: ReadonlyMap<number, string>, weights: Weights) {
  const moments = new Map<string, { expAvg: HostTensor; expAvgSq: HostTensor }>();
  let step: number | null = null;
  for (const key of state.dict().keys()) {
    const entry = state.get(key);
    const name = typeof key === 'number' ? names.get(key) : undefined;
    if (name === undefined) entry.fail('the state of a known parameter');
    const steps = readStep(entry.get('step'));
    step ??= steps;
    if (steps !== step) entry.get('step').fail(`${step} as for the other parameters`);
    const shape = weights.get(name!)!.shape;
    moments.set(name!, {
      expAvg: readMoment(entry.get('exp_avg'), shape),
      expAvgSq: readMoment(entry.get('exp_avg_sq'), shape),
    });
  }
  return { moments, step: step ?? 0 };
}

/** A float32 scalar tensor since torch 1.12, an int before. */
function readStep(place: Place): number {
  if (!(place.value instanceof TorchTensor)) return place.count();
  const steps = place.value.toFloat32();
  if (steps.length !== 1 || !Number.isSafeInteger(steps[0])) place.fail('a whole number');
  return steps[0]!;
}

function readMoment(place: Place, shape: readonly number[]): HostTensor {
  const tensor = place.tensor();
  if (tensor.shape.join() !== shape.join()) place.fail(`a tensor [${shape.join(', ')}] like its parameter`);
  return { shape: tensor.shape, data: tensor.toFloat32() };
}

/** The state dict of `optimizer` in the form of torch 1.12 and later, for `AdamW.load_state_dict`. */
export function writeOptimizer(optimizer: OptimizerState, weights: Weights, storages: Storages): Writable {
  const names = parameterNames(weights);
  const step = Float32Array.of(optimizer.step);
  const state = new Map<number, Writable>();
  for (const [index, name] of names.entries()) {
    const moments = optimizer.moments.get(name);
    if (!moments) continue;
    state.set(
      index,
      new Map<string, Writable>([
        ['step', storages.tensor({ shape: [], data: step })],
        ['exp_avg', storages.tensor(moments.expAvg)],
        ['exp_avg_sq', storages.tensor(moments.expAvgSq)],
      ]),
    );
  }
  return new Map<string, Writable>([
    ['state', state],
    ['param_groups', [paramGroup(optimizer, names.length)]],
  ]);
}

function paramGroup(optimizer: OptimizerState, count: number): Writable {
  return new Map<string, Writable>([
    ['lr', new PyFloat(optimizer.learningRate)],
    ['betas', new PyTuple(optimizer.betas.map((beta) => new PyFloat(beta)))],
    ['eps', new PyFloat(optimizer.eps)],
    ['weight_decay', new PyFloat(optimizer.weightDecay)],
    ['amsgrad', false],
    ['maximize', false],
    ['foreach', null],
    ['capturable', false],
    ['differentiable', false],
    ['fused', null],
    ['decoupled_weight_decay', true],
    ['initial_lr', new PyFloat(optimizer.initialLearningRate)],
    ['params', Array.from({ length: count }, (_, i) => i)],
  ]);
}
