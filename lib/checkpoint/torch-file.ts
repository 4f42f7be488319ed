/**
 * Reads what torch.save wrote, zip and legacy layout (spec section m), as plain data with tensors. For any model's
 * weights; `read.ts` makes a checkpoint of it.
 */
import { Allowance } from './allowance';
import { invalid, torn } from './file-errors';
import { readLegacy } from './legacy';
import type { PickleHost, PickleValue } from './pickle-values';
import { readWhole } from './read-whole';
import { storageOf } from './storage-id';
import { bytesPerElement, type TorchStorage } from './torch-tensor';
import { loadPickle } from './unpickler';
import { readZip } from './zip-reader';

export interface ReadOptions {
  /** compare every entry with its CRC (default true; legacy files have none) */
  readonly verify?: boolean;
}

/** Reads a file; see `parseTorchFile`. @throws also UserError `file-unreadable` */
export async function readTorchFile(path: string, options: ReadOptions = {}): Promise<PickleValue> {
  return parseTorchFile(await readWhole(path), path, options);
}

/**
 * The object in a file of torch.save. dicts are Maps, lists and tuples arrays, tensors `TorchTensor`. Nothing is
 * executed; memory is bounded by four times the size of `bytes`, most of it views into `bytes`.
 *
 * @param source what errors call the file
 * @throws UserError `checkpoint-torn`, `checkpoint-invalid`, `checkpoint-refused`
 */
export function parseTorchFile(bytes: Uint8Array, source: string, options: ReadOptions = {}): PickleValue {
  if (bytes.length === 0) throw torn(source, 'it is empty');
  if (bytes[0] === 0x80) return readLegacy(bytes, source);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readZipForm(bytes, source, options.verify ?? true);
  const hint = bytes[0] === 0x3c ? ' (it begins like a web page: the download went wrong)' : '';
  throw invalid(source, `it is not a file of torch.save${hint}`);
}

function readZipForm(bytes: Uint8Array, source: string, verify: boolean): PickleValue {
  const entries = readZip(bytes, source, { verify });
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) throw invalid(source, `expected one data.pkl in it, found ${pickles.length}`);
  const root = pickles[0]!.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order && Buffer.from(order).toString('latin1') !== 'little')
    throw invalid(source, 'it is not little-endian');
  const storages = new Map<string, TorchStorage>();
  const host: PickleHost = {
    source,
    allowance: new Allowance(source, bytes.length),
    loadStorage: (id) => {
      const storage = storageOf(id, 5, storages, host);
      storage.bytes ??= storageBytes(entries.get(`${root}data/${storage.key}`), storage, source);
      return storage;
    },
  };
  return loadPickle(entries.get(pickles[0]!)!, 0, host).value;
}

function storageBytes(bytes: Uint8Array | undefined, storage: TorchStorage, source: string): Uint8Array {
  const expected = storage.count * bytesPerElement(storage.dtype);
  if (!bytes) throw invalid(source, `storage ${storage.key} is missing`);
  if (bytes.length !== expected) {
    throw invalid(source, `storage ${storage.key} has ${bytes.length} bytes, it must have ${expected}`);
  }
  return bytes;
}
