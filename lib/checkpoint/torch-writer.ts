/** Writes PyTorch's zip layout (spec section m) piece by piece, without a second copy of the tensors. */
import { basename } from 'node:path';
import type { HostTensor } from '../model/parameters';
import { writeFileAtomic } from '../storage/atomic-file';
import { PyTensor, pickle, type Writable } from './pickler';
import { type ZipFile, zipChunks } from './zip-writer';

/** Collects the storages of the tensors that a tree refers to. */
export class Storages {
  readonly data: Float32Array[] = [];

  /** Stands for `tensor` in a tree of values. */
  tensor(tensor: HostTensor): PyTensor {
    this.data.push(tensor.data);
    return new PyTensor(String(this.data.length - 1), tensor.shape);
  }
}

/**
 * Writes `tree` to `path` in one step; the archive's root folder is the file name, as torch.save makes it.
 * @throws UserError those of `writeFileAtomic` and `zipChunks`
 */
export async function writeTorchFile(path: string, tree: Writable, storages: Storages): Promise<void> {
  await writeFileAtomic(path, zipChunks(torchEntries(basename(path), tree, storages)));
}

/** The files in the archive, in PyTorch's order. */
export function* torchEntries(root: string, tree: Writable, storages: Storages): Generator<ZipFile> {
  yield { name: `${root}/data.pkl`, bytes: pickle(tree) };
  yield { name: `${root}/byteorder`, bytes: Buffer.from('little') };
  for (const [key, data] of storages.data.entries()) {
    yield {
      name: `${root}/data/${key}`,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  }
  yield { name: `${root}/version`, bytes: Buffer.from('3\n') };
}
