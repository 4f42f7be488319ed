/** The tensors of NSF-HiFiGAN's file. */
import { UserError } from '../../config/errors';

/** A tensor on the host in PyTorch's axis order, row-major float32. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor as a reader of files may hold it, values on demand. */
interface LazyTensor {
  readonly shape: readonly number[];
  toFloat32(): Float32Array;
}

function isLazyTensor(value: unknown): value is LazyTensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'toFloat32' in value;
}

/**
 * State dict of the generator from the file's top level, `{'generator': ...}` (spec section i).
 * @param root the object in the file, dicts as Maps
 * @throws UserError `vocoder-weights` if it is no such file
 */
export function generatorState(root: unknown): Map<string, HostTensor> {
  const generator: unknown = root instanceof Map ? root.get('generator') : undefined;
  if (!(generator instanceof Map)) {
    throw new UserError(
      'vocoder-weights',
      'Expected the weights of NSF-HiFiGAN to lie under `generator`, found no such entry',
      'Use the published file `model` (or `model.ckpt`) of NSF-HiFiGAN.',
    );
  }
  return new Map(
    [...generator].flatMap(([name, value]): [string, HostTensor][] =>
      isLazyTensor(value) ? [[String(name), { shape: value.shape, data: value.toFloat32() }]] : [],
    ),
  );
}
