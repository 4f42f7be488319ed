/** Writes what `encoder/phone-net/weights-file.ts` reads. */
import { FORMAT } from '../encoder/phone-net/weights-file';
import type { HostTensor } from '../model/parameters';
import { float32ToHalf } from '../storage/float-formats';
import { encodeSafetensors, type SafeTensor } from '../storage/safetensors';
import { phoneNames } from './phones';

/**
 * Bytes of a weights file, float16.
 * @param metadata what else is noted in it: recipe and figures
 */
export function encodePhoneNet(
  weights: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const tensors = [...weights].map(([name, { shape, data }]): [string, SafeTensor] => {
    const half = float32ToHalf(Float32Array.from(data));
    return [name, { dtype: 'F16', shape, bytes: new Uint8Array(half.buffer) }];
  });
  const notes = { format: FORMAT, phones: phoneNames.join(' '), licence: 'MIT', ...metadata };
  return Buffer.concat([...encodeSafetensors(tensors, notes)]);
}

/** Weights whose phones' logits are divided by `temperature` (Guo et al. 2017, "On calibration"). */
export function tempered(
  weights: ReadonlyMap<string, HostTensor>,
  temperature: number,
): Map<string, HostTensor> {
  return new Map(
    [...weights].map(([name, tensor]) => [
      name,
      name.startsWith('phones.') ? { ...tensor, data: tensor.data.map((v) => v / temperature) } : tensor,
    ]),
  );
}
