/** A phone net with random weights, as a file. */
import { weightSpecs } from '../../../lib/encoder/phone-net/network';
import { Philox, streams } from '../../../lib/random/philox';
import { encodeSafetensors, floatTensor, type SafeTensor } from '../../../lib/storage/safetensors';

export const PHONES = ['pau', 'aa', 'iy'];

/** Tensors by name; `change` may edit them. */
export function randomTensors(): Map<string, SafeTensor> {
  return new Map(
    weightSpecs(PHONES.length).map(({ name, shape, fanIn, start }, i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const draws = new Philox(7, streams.init, i).normals(size);
      const data = fanIn === 0 ? draws.map((v) => start + 0.1 * v) : draws.map((v) => v / Math.sqrt(fanIn));
      return [name, floatTensor(shape, data)];
    }),
  );
}

/** The bytes of a file. */
export function fileOf(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Record<string, string> = { format: 'phone-net-1', phones: PHONES.join(' ') },
): Buffer {
  return Buffer.concat([...encodeSafetensors([...tensors], metadata)]);
}
