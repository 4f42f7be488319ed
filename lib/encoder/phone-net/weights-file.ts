/** The weights file: safetensors, float16 or float32, with the names of the phones in its metadata. */
import { createHash } from 'node:crypto';
import { UserError } from '../../config/errors';
import { parseSafetensors, toFloat32 } from '../../storage/safetensors';
import { weightSpecs } from './network';

/** Format that this code reads, in the file's metadata. */
export const FORMAT = 'phone-net-1';

/** Contents of a weights file. */
export interface PhoneNetFile {
  /** names of the classes */
  readonly phones: readonly string[];
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** first 12 hex digits of the file's SHA-256 */
  readonly hash: string;
  readonly bytes: number;
}

/**
 * Reads and checks a weights file.
 * @param source what errors call it
 * @throws UserError `phone-net-weights` for another kind of file or a tensor that does not fit, `safetensors-invalid` for
 *   a damaged one
 */
export function readPhoneNet(bytes: Uint8Array, source: string): PhoneNetFile {
  const fail = (rule: string): never => {
    throw new UserError(
      'phone-net-weights',
      `Expected ${source} to hold a phone net: ${rule}`,
      'Use the file that came with this version, or make one by npm run train:encoder.',
    );
  };
  const { tensors, metadata } = parseSafetensors(bytes, source);
  if (metadata.format !== FORMAT) fail(`its format is ${metadata.format ?? 'not given'}, not ${FORMAT}`);
  const phones = (metadata.phones ?? '').split(' ');
  const specs = weightSpecs(phones.length);
  const read = specs.map(({ name, shape }) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return fail(`${name} is missing`);
    if (tensor.shape.join() !== shape.join()) fail(`${name} is [${tensor.shape}], not [${shape}]`);
    const data = toFloat32(tensor, name);
    if (!data.every(Number.isFinite)) fail(`${name} is not finite`);
    return [name, { shape, data }] as const;
  });
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { phones, tensors: new Map(read), hash, bytes: bytes.byteLength };
}
