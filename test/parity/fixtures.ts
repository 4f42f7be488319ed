/** Reads a folder of fixtures: `manifest.json` and safetensors files. Test code only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Entry of a tensor in the manifest. */
export interface TensorEntry {
  readonly shape: readonly number[];
  readonly what?: string;
  readonly integer?: boolean;
  readonly tolerance?: { readonly atol: number; readonly rtol: number };
}

/** Entry of a file in the manifest. */
export interface FileEntry {
  readonly what: string;
  readonly made: string;
  readonly tensors?: Readonly<Record<string, TensorEntry>>;
  // biome-ignore lint/suspicious/noExplicitAny: free-form, differs per file
  readonly config?: any;
}

export interface Manifest {
  readonly files: Readonly<Record<string, FileEntry>>;
}

/** A fixture file in memory. */
export interface Fixture {
  readonly file: string;
  /** path of the file on disk */
  readonly path: string;
  readonly entry: FileEntry;
  // biome-ignore lint/suspicious/noExplicitAny: free-form, differs per file
  readonly config: any;
  has(tensor: string): boolean;
  /** names of the tensors, in manifest order, that start with `prefix` */
  names(prefix?: string): string[];
  data(tensor: string): Float32Array;
  shape(tensor: string): number[];
  /** integers of a tensor flagged integer */
  ints(tensor: string): Int32Array;
}

/** Parses a safetensors file that holds float32 only. */
export function readFloatSafetensors(path: string): Map<string, { shape: number[]; data: Float32Array }> {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const base = 8 + headerLength;
  const out = new Map<string, { shape: number[]; data: Float32Array }>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (entry.dtype !== 'F32') throw new Error(`Expected F32 in ${path}, got ${entry.dtype} for ${name}`);
    const [start, end] = entry.data_offsets;
    const copy = new Uint8Array(bytes.subarray(base + start, base + end));
    out.set(name, { shape: entry.shape, data: new Float32Array(copy.buffer) });
  }
  return out;
}

export function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) as Manifest;
}

/** Opens one safetensors fixture of the folder `root`. */
export function openFixture(root: string, file: string): Fixture {
  const entry = readManifest(root).files[file];
  if (!entry) throw new Error(`Expected ${file} in ${root}/manifest.json`);
  const tensors = readFloatSafetensors(join(root, file));
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`Expected tensor ${name} in ${file}`);
    return tensor;
  };
  return {
    file,
    path: join(root, file),
    entry,
    config: entry.config,
    has: (name) => tensors.has(name),
    names: (prefix = '') => [...tensors.keys()].filter((name) => name.startsWith(prefix)),
    data: (name) => get(name).data,
    shape: (name) => get(name).shape,
    ints: (name) => Int32Array.from(get(name).data),
  };
}
