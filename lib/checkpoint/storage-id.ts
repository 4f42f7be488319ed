import { invalid } from './file-errors';
import { storageDtype } from './pickle-globals';
import type { PickleHost, PickleValue } from './pickle-values';
import { TorchStorage } from './torch-tensor';

/**
 * The storage that a persistent id names: ("storage", class, key, location, count[, view]). The location (`cuda:0`) is
 * of no importance here.
 * @param length 5 in zip files, 6 in legacy ones
 */
export function storageOf(
  id: PickleValue,
  length: number,
  storages: Map<string, TorchStorage>,
  host: PickleHost,
): TorchStorage {
  const [tag, kind, key, , count, view] = Array.isArray(id) && id.length === length ? id : [];
  const dtype = storageDtype(kind ?? null);
  const wellFormed =
    tag === 'storage' &&
    dtype !== null &&
    typeof key === 'string' &&
    isCount(count) &&
    (view ?? null) === null;
  if (!wellFormed) throw invalid(host.source, 'a storage is described in a way that is not known');
  const known = storages.get(key);
  if (known && (known.dtype !== dtype || known.count !== count)) {
    throw invalid(host.source, `storage ${JSON.stringify(key.slice(0, 20))} is described in two ways`);
  }
  const storage = known ?? new TorchStorage(key, dtype, count);
  storages.set(key, storage);
  return storage;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
