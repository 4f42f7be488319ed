/**
 * The layout of torch.save before version 1.6 (spec section m): pickles one after the other (magic number, protocol,
 * system info, the object, the storage keys), then the storages.
 */
import { Allowance } from './allowance';
import { invalid, torn } from './file-errors';
import type { PickleHost, PickleValue } from './pickle-values';
import { storageOf } from './storage-id';
import { bytesPerElement, type TorchStorage } from './torch-tensor';
import { loadPickle } from './unpickler';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** The object in a legacy file. @throws UserError as `parseTorchFile` */
export function readLegacy(bytes: Uint8Array, source: string): PickleValue {
  const storages = new Map<string, TorchStorage>();
  const host: PickleHost = {
    source,
    allowance: new Allowance(source, bytes.length),
    loadStorage: (id) => storageOf(id, 6, storages, host),
  };
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = loadPickle(bytes, at, host);
    at = end;
    return value;
  };
  if (next() !== MAGIC) throw invalid(source, 'it is a bare pickle, not a file of torch.save');
  if (next() !== PROTOCOL) throw invalid(source, 'its legacy layout has an unknown version');
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    throw invalid(source, 'it is not little-endian');
  const value = next();
  const keys = next();
  readStorages(bytes, at, keys, storages, source);
  return value;
}

/** For each key: the element count (int64), then the elements. */
function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: PickleValue,
  storages: ReadonlyMap<string, TorchStorage>,
  source: string,
): void {
  if (!Array.isArray(keys)) throw invalid(source, 'its list of storages is missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage || storage.bytes) throw invalid(source, 'its list of storages does not fit its tensors');
    if (at + 8 > bytes.length) throw torn(source, 'its storages are cut');
    const count = Number(view.getBigInt64(at, true));
    if (count !== storage.count)
      throw invalid(source, `a storage has ${count} elements, it must have ${storage.count}`);
    const end = at + 8 + count * bytesPerElement(storage.dtype);
    if (end > bytes.length) throw torn(source, 'its storages are cut');
    storage.bytes = bytes.subarray(at + 8, end);
    at = end;
  }
}
