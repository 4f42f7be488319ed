/** Zips byte by byte, so that tests can lie in any field (PKWARE APPNOTE.TXT 4.3). */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  /** text is written as UTF-8 */
  readonly name: string | Uint8Array;
  readonly content: Uint8Array;
  /** default: deflate */
  readonly method?: number;
  /** general purpose bits */
  readonly flags?: number;
  readonly extra?: Uint8Array;
  /** upper 16 bits: Unix mode */
  readonly attributes?: number;
  /** uncompressed size to declare; default: the truth */
  readonly declaredSize?: number;
  readonly declaredCrc?: number;
}

export function makeZip(files: readonly ZipFile[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(typeof file.name === 'string' ? Buffer.from(file.name) : file.name);
    const method = file.method ?? 8;
    const packed = method === 8 ? deflateRawSync(file.content) : Buffer.from(file.content);
    const extra = Buffer.from(file.extra ?? []);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(file.flags ?? 0, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(file.declaredCrc ?? crc32(file.content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(file.declaredSize ?? file.content.length, 18);
    common.writeUInt16LE(name.length, 22);
    common.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, extra, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(file.attributes ?? 0, 6);
    tail.writeUInt32LE(offset, 10);
    // made by Unix, so that attributes mean a mode
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, name, extra]),
    );
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
}
