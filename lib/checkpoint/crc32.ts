/** CRC-32 of zip files (polynomial 0xEDB88320, PKWARE APPNOTE 4.4.7). */
import zlib from 'node:zlib';

type NativeCrc32 = (data: Uint8Array, value?: number) => number;

// Node 20.0 to 20.14 and 22.0 to 22.1 do not have it; Node 20's types do not know it
const native = (zlib as unknown as { crc32?: NativeCrc32 }).crc32;

/** CRC-32 of `bytes`, unsigned. */
export function crc32(bytes: Uint8Array): number {
  return native ? native(bytes) : tableCrc32(bytes);
}

let tables: Uint32Array[] | null = null;

/** The same without Node's help: eight bytes a step ("slicing by 8", Kounavis and Berry 2005). */
export function tableCrc32(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = (tables ??= makeTables()) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = 0xffffffff;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      t7[low & 255]! ^
      t6[(low >>> 8) & 255]! ^
      t5[(low >>> 16) & 255]! ^
      t4[low >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

/** Table k holds the effect of a byte that lies k bytes before the end of a step. */
function makeTables(): Uint32Array[] {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    made[0]![n] = crc;
  }
  for (let k = 1; k < 8; k++) {
    for (let n = 0; n < 256; n++) {
      const shorter = made[k - 1]![n]!;
      made[k]![n] = (shorter >>> 8) ^ made[0]![shorter & 255]!;
    }
  }
  return made;
}
