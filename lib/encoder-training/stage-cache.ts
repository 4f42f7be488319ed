/**
 * Results of stages on disk: named arrays in a safetensors file whose name is a hash of what the stage was asked for, so
 * that an interrupted training goes on where it was, and a changed parameter makes its own file.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../config/errors';
import { writeFileAtomic } from '../storage/atomic-file';
import { encodeSafetensors, readSafetensors, type SafeTensor } from '../storage/safetensors';

export type StageArray = Float32Array | Int32Array | Uint8Array;
export type StageArrays = Readonly<Record<string, StageArray>>;

/** A folder of results. */
export interface StageCache {
  readonly folder: string;
}

/** File of the stage `name` for `parameters` (plain data). */
function stagePath(cache: StageCache, name: string, parameters: unknown): string {
  const key = createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 16);
  return join(cache.folder, `${name}-${key}.safetensors`);
}

/**
 * What the stage gave before, else what `make` gives, which is then kept.
 * @throws what `make` and `writeFileAtomic` throw
 */
export async function staged(
  cache: StageCache,
  name: string,
  parameters: unknown,
  make: () => Promise<StageArrays>,
): Promise<StageArrays> {
  const path = stagePath(cache, name, parameters);
  const known = await readStage(path);
  if (known) return known;
  const arrays = await make();
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(
    path,
    encodeSafetensors(Object.entries(arrays).map(([key, a]) => [key, tensorOf(a)])),
  );
  return arrays;
}

/** null where there is nothing, or something damaged: it is then made again. */
async function readStage(path: string): Promise<StageArrays | null> {
  try {
    const { tensors } = await readSafetensors(path);
    return Object.fromEntries([...tensors].map(([name, tensor]) => [name, arrayOf(tensor)]));
  } catch (error) {
    if (error instanceof UserError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function tensorOf(array: StageArray): SafeTensor {
  const dtype = array instanceof Float32Array ? 'F32' : array instanceof Int32Array ? 'I32' : 'U8';
  return {
    dtype,
    shape: [array.length],
    bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  };
}

function arrayOf({ dtype, bytes }: SafeTensor): StageArray {
  const copy = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  const { buffer, byteOffset, byteLength } = copy;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (dtype === 'I32') return new Int32Array(buffer, byteOffset, byteLength / 4);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
