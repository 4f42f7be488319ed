/** Pickles by hand, byte for byte, and files around them. */
import { zipChunks } from '../../lib/checkpoint/zip-writer';

/** Opcodes and literals in a row; text stands for its latin1 bytes. */
export function raw(...parts: (string | number | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : typeof part === 'number'
          ? Buffer.of(part)
          : part,
    ),
  );
}

/** BINUNICODE */
export function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return raw('X', length, bytes);
}

/** LONG1 of 8 bytes */
export function long(value: number): Uint8Array {
  const digits = Buffer.alloc(8);
  digits.writeBigInt64LE(BigInt(value));
  return raw('\x8a\x08', digits);
}

/** A pickle of protocol 2 that leaves what `parts` make. */
export function pickleOf(...parts: (string | number | Uint8Array)[]): Uint8Array {
  return raw('\x80\x02', ...parts, '.');
}

/** The persistent id of a storage of floats, and the storage it stands for. */
export function storage(key: string, count: number, kind = 'FloatStorage'): Uint8Array {
  return raw('(', text('storage'), `ctorch\n${kind}\n`, text(key), text('cpu'), long(count), 'tQ');
}

/** A tensor on `storage`. */
export function tensor(from: Uint8Array, offset: number, shape: number[], strides: number[]): Uint8Array {
  const tuple = (values: number[]) => raw('(', ...values.map(long), 't');
  return raw(
    'ctorch._utils\n_rebuild_tensor_v2\n(',
    from,
    long(offset),
    tuple(shape),
    tuple(strides),
    '\x89ccollections\nOrderedDict\n)RtR',
  );
}

/** torch.save's zip around a pickle; `storages` by key. */
export function zipOf(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `archive/data/${key}`, bytes }));
  return Buffer.concat([...zipChunks([{ name: 'archive/data.pkl', bytes: pickle }, ...data])]);
}
