import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeNames, type RawName } from '../../lib/data/zip-names';

const raw = (hex: string, extra: Uint8Array = new Uint8Array(0)): RawName => ({
  bytes: Buffer.from(hex, 'hex'),
  extra,
});
const utf8 = (text: string): RawName => ({ bytes: Buffer.from(text), extra: new Uint8Array(0) });

/** Bytes by Python's codecs cp949, cp932, cp437. */
const korean = {
  '내 목소리 01.wav': 'b3bb20b8f1bcd2b8ae2030312e776176',
  '사랑했지만/똠방각하.wav': 'bbe7b6fbc7dfc1f6b8b82f8c63b9e6b0a2c7cf2e776176',
  '노래_愛.wav': 'b3ebb7a15fe4f12e776176',
  '가.wav': 'b0a12e776176',
  '나.wav': 'b3aa2e776176',
};
const japanese = {
  // 表 and ソ end in the byte of a backslash
  '歌声データ/表現 ソロ.wav': '89cc90ba8366815b835e2f955c8cbb20835c838d2e776176',
  'さくら.wav': '82b382ad82e72e776176',
  '東京_練習①.wav': '938c8b9e5f97fb8f4b87402e776176',
  'ﾃｽﾄ.wav': 'c3bdc42e776176',
};

describe('decodeNames', () => {
  it.each([...Object.entries(korean), ...Object.entries(japanese)])('reads %s alone', (name, hex) => {
    expect(decodeNames([raw(hex)])).toEqual([name]);
  });

  it('reads whole archives, plain names among them', () => {
    for (const names of [korean, japanese]) {
      const all = [...Object.values(names).map((hex) => raw(hex)), utf8('readme.txt'), utf8('노래.wav')];
      expect(decodeNames(all)).toEqual([...Object.keys(names), 'readme.txt', '노래.wav']);
    }
  });

  it('falls back to CP437 for what is neither', () => {
    expect(decodeNames([raw('4361668220a5616e64a32e776176')])).toEqual(['Café Ñandú.wav']);
  });

  it('believes the Unicode path field if it is about this name', () => {
    const bytes = Buffer.from(korean['가.wav'], 'hex');
    const field = (crc: number) => {
      const text = Buffer.from('Ganada-가.wav');
      const head = Buffer.alloc(9);
      head.writeUInt16LE(0x7075, 0);
      head.writeUInt16LE(5 + text.length, 2);
      head[4] = 1;
      head.writeUInt32LE(crc, 5);
      return Buffer.concat([head, text]);
    };
    expect(decodeNames([{ bytes, extra: field(crc32(bytes)) }])).toEqual(['Ganada-가.wav']);
    expect(decodeNames([{ bytes, extra: field(1) }])).toEqual(['가.wav']);
    // a field that is cut off does no harm
    expect(decodeNames([{ bytes, extra: field(1).subarray(0, 7) }])).toEqual(['가.wav']);
  });

  it('joins the letters that macOS takes apart', () => {
    expect(decodeNames([utf8('노래.wav'.normalize('NFD'))])).toEqual(['노래.wav']);
  });
});
