import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUserError } from '../../lib/config/errors';
import { readZip, zipLimits } from '../../lib/data/zip-reader';
import { makeZip, type ZipFile } from './make-zip';

const content = Buffer.from('any bytes will do here');
const file = (name: string | Uint8Array, more: Partial<ZipFile> = {}): ZipFile => ({
  name,
  content,
  ...more,
});

function codeOf(files: readonly ZipFile[], limits = zipLimits): string {
  try {
    readZip(makeZip(files), 'a.zip', limits);
  } catch (error) {
    if (isUserError(error)) return error.code;
    throw error;
  }
  return 'none';
}

describe('readZip', () => {
  it('lists recordings in order, unpacks them, and names what it leaves out', () => {
    const zip = makeZip([
      file('b/B.WAV'),
      file('b/', { content: Buffer.alloc(0), method: 0 }),
      file('a.wav', { method: 0 }),
      file('song.mp3'),
      file('more.zip'),
      file('notes.txt'),
      file('__MACOSX/._a.wav'),
      file('.DS_Store'),
      file('b/Thumbs.db'),
    ]);
    const { recordings, leftOut } = readZip(zip, 'a.zip');
    expect(recordings.map(({ name }) => name)).toEqual(['a.wav', 'b/B.WAV']);
    expect(recordings.map((recording) => recording.read().toString())).toEqual([`${content}`, `${content}`]);
    expect(leftOut.map(({ name }) => name)).toEqual(['song.mp3', 'more.zip']);
    expect(leftOut[0]!.reason).toMatch(/convert it to WAV/);
  });

  it('reads what zip programs write', () => {
    const dir = mkdtempSync(join(tmpdir(), 'zip-reader-'));
    try {
      writeFileSync(join(dir, 'one.wav'), content);
      const script = [
        'import sys, zipfile',
        'z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)',
        'z.writestr("노래/one.wav", open(sys.argv[2], "rb").read())',
        'with z.open("stream.wav", "w", force_zip64=True) as f: f.write(b"x" * 1000)',
        'z.close()',
      ].join('\n');
      execFileSync('python3', ['-c', script, join(dir, 'a.zip'), join(dir, 'one.wav')]);
      const { recordings } = readZip(readFileSync(join(dir, 'a.zip')), 'a.zip');
      expect(recordings.map(({ name, bytes }) => [name, bytes])).toEqual([
        ['stream.wav', 1000],
        ['노래/one.wav', content.length],
      ]);
      expect(recordings[1]!.read()).toEqual(content);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('keeps Korean names apart that are the same as broken UTF-8', () => {
    const zip = makeZip([file(Buffer.from('b0a12e776176', 'hex')), file(Buffer.from('b3aa2e776176', 'hex'))]);
    expect(readZip(zip, 'a.zip').recordings.map(({ name }) => name)).toEqual(['가.wav', '나.wav']);
  });

  it.each([
    ['../evil.wav'],
    ['a/../../evil.wav'],
    ['..\\evil.wav'],
    ['/etc/evil.wav'],
    ['\\\\server\\evil.wav'],
    ['C:\\evil.wav'],
    ['c:evil.wav'],
    ['a\0.wav'],
    ['../readme.txt'],
  ])('refuses the name %j', (name) => {
    expect(codeOf([file('good.wav'), file(name)])).toBe('zip-unsafe-name');
  });

  it('takes backslashes as folders where they stay inside', () => {
    const { recordings } = readZip(makeZip([file('takes\\one.wav')]), 'a.zip');
    expect(recordings.map(({ name }) => name)).toEqual(['takes/one.wav']);
  });

  it('refuses links', () => {
    expect(codeOf([file('a.wav', { attributes: 0xa1ff * 0x10000 })])).toBe('zip-link');
    expect(codeOf([file('a.wav', { attributes: 0x81a4 * 0x10000 })])).toBe('none');
  });

  it.each([
    ['bit 0', { flags: 1 }],
    ['strong', { flags: 0x41 }],
    ['AES', { flags: 1, method: 99 }],
  ])('refuses encryption (%s), naming the file', (_, more) => {
    expect(() => readZip(makeZip([file('secret.wav', more)]), 'a.zip')).toThrow(/secret\.wav.*encrypted/);
  });

  it('tells empty, foreign and cut-off archives apart', () => {
    expect(codeOf([])).toBe('zip-empty');
    const zip = makeZip([file('a.wav')]);
    expect(() => readZip(zip.subarray(0, zip.length - 10), 'a.zip')).toThrow(/no intact directory/);
    expect(() => readZip(Buffer.from('<html>not found</html>'.repeat(9)), 'a.zip')).toThrow(/something else/);
    expect(() => readZip(Buffer.alloc(0), 'a.zip')).toThrow(/something else/);
  });

  it('refuses one name twice', () => {
    expect(codeOf([file('a.wav'), file('a.wav')])).toBe('zip-duplicate-name');
  });
});

describe('bombs', () => {
  it('keeps each limit', () => {
    const limits = {
      ...zipLimits,
      entries: 2,
      recordingBytes: 1000,
      totalBytes: 1500,
      ratioFromBytes: 100,
      ratio: 20,
    };
    const big = Buffer.alloc(900, 1);
    expect(codeOf([file('a.wav'), file('b.wav')], limits)).toBe('none');
    expect(codeOf([file('a.wav'), file('b.wav'), file('c.wav')], limits)).toBe('zip-limit');
    expect(codeOf([file('a.wav', { content: Buffer.alloc(1001, 1) })], limits)).toBe('zip-limit');
    const loose = { ...limits, ratio: 1e9 };
    expect(codeOf([file('a.wav', { content: big })], loose)).toBe('none');
    expect(codeOf([file('a.wav', { content: big }), file('b.wav', { content: big })], loose)).toBe(
      'zip-limit',
    );
    expect(codeOf([file('a.wav', { content: big })], limits)).toBe('zip-limit');
  });

  it('refuses declared sizes beyond the real limits', () => {
    expect(codeOf([file('a.wav', { declaredSize: 2 ** 32 - 2 })])).toBe('zip-limit');
    const nine = Array.from({ length: 9 }, (_, i) => file(`${i}.wav`, { declaredSize: 2 ** 30 }));
    expect(codeOf(nine)).toBe('zip-limit');
    expect(codeOf([file('a.wav', { declaredSize: 2 ** 30 }), file('b.wav', { declaredSize: 2 ** 20 })])).toBe(
      'zip-limit',
    );
  });

  it('stops inflating at the declared size', () => {
    const bomb = makeZip([file('a.wav', { content: Buffer.alloc(50_000_000), declaredSize: 1000 })]);
    const [recording] = readZip(bomb, 'a.zip').recordings;
    expect(() => recording!.read()).toThrow(/damaged inside the zip/);
  });

  it('finds damage by the CRC', () => {
    const [recording] = readZip(makeZip([file('a.wav', { declaredCrc: 1 })]), 'a.zip').recordings;
    expect(() => recording!.read()).toThrow(/damaged inside the zip.*CRC/);
  });

  it('refuses names that would make a folder for every letter', () => {
    expect(codeOf([file(`${'a/'.repeat(33)}b.wav`)])).toBe('zip-limit');
    expect(codeOf([file(`${'a/'.repeat(30_000)}b.wav`)])).toBe('zip-limit');
    expect(codeOf([file(`${'a'.repeat(2000)}.wav`)])).toBe('zip-limit');
  });
});

describe('fuzz', () => {
  it('gives a UserError or a result for mutated zips', () => {
    const zip = makeZip([
      file('a.wav'),
      file('노래/b.wav', { method: 0 }),
      file(Buffer.from('b0a12e776176', 'hex')),
    ]);
    const mutation = fc.tuple(fc.nat(zip.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.nat(zip.length), (changes, cut) => {
        const bytes = Buffer.from(changes.length % 2 === 0 ? zip : zip.subarray(0, cut));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          for (const recording of readZip(bytes, 'a.zip').recordings) recording.read();
        } catch (error) {
          expect(isUserError(error), String(error)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
