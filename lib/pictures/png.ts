/**
 * PNG files with a palette (PNG specification, second edition). Written here in a few lines because fast-png is an ES
 * module, which Node 20 before 20.19 cannot `require`; the tests read these files back with it.
 */
import { deflateSync } from 'node:zlib';

/** Red, green, blue, 0-255 each. */
export type Rgb = readonly [number, number, number];

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BIT_DEPTH = 8;
const COLOUR_TYPE_PALETTE = 3;
/** CRC-32 of each byte (polynomial 0xedb88320, reflected) */
const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/**
 * A PNG of `width` x `height` palette indices, rows from top to bottom.
 * @throws Error for a wrong number of pixels or more than 256 colours
 */
export function encodePalettePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: readonly Rgb[],
): Buffer {
  if (pixels.length !== width * height) {
    throw new Error(`Expected ${width} x ${height} pixels, got ${pixels.length}`);
  }
  if (palette.length === 0 || palette.length > 256)
    throw new Error(`Expected 1-256 colours, got ${palette.length}`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BIT_DEPTH, COLOUR_TYPE_PALETTE, 0, 0, 0], 8);
  // Every row is preceded by its filter type, 0 = none.
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
