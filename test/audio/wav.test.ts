import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WaveFile } from 'wavefile';
import { decodeWav, encodeWav, type WavBitDepth } from '../../lib/audio/wav';
import { isUserError } from '../../lib/config/errors';

/** A WAV by wavefile itself, which thus is the other program. */
function wavefileBytes(channels: number, rate: number, depth: string, samples: number[][]): Uint8Array {
  const wave = new WaveFile();
  wave.fromScratch(channels, rate, depth, channels === 1 ? samples[0]! : samples);
  return wave.toBuffer();
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isUserError(error)) return error.code;
    throw error;
  }
  return 'none';
}

describe('decodeWav', () => {
  it.each([
    ['8', [0, 128, 255], [-1, 0, 127 / 128]],
    ['16', [-32768, 0, 32767, 1], [-1, 0, 32767 / 32768, 1 / 32768]],
    ['24', [-8388608, 0, 8388607, -1], [-1, 0, 8388607 / 8388608, -1 / 8388608]],
    ['32', [-2147483648, 0, 1073741824], [-1, 0, 0.5]],
    ['32f', [-1.5, 0, 0.25], [-1.5, 0, 0.25]],
    ['64', [-1.5, 0, 0.25], [-1.5, 0, 0.25]],
  ])('scales %s-bit samples to full scale 1', (depth, stored, expected) => {
    const audio = decodeWav(wavefileBytes(1, 12345, depth, [stored]), 'a.wav');
    expect(audio.sampleRate).toBe(12345);
    expect([...audio.samples]).toEqual([...Float32Array.from(expected)]);
  });

  it('mixes any number of channels, or takes the first', () => {
    const bytes = wavefileBytes(3, 8000, '16', [
      [3000, 6000],
      [0, -6000],
      [-6000, 3000],
    ]);
    expect([...decodeWav(bytes, 'a.wav').samples]).toEqual([...Float32Array.of(-1000 / 32768, 1000 / 32768)]);
    const first = decodeWav(bytes, 'a.wav', { channel: 'first' });
    expect([...first.samples]).toEqual([...Float32Array.of(3000 / 32768, 6000 / 32768)]);
  });

  it('decodes A-law and µ-law within their step', () => {
    const samples = Array.from({ length: 400 }, (_, i) => Math.round(20000 * Math.sin(i / 7)));
    for (const encode of ['toALaw', 'toMuLaw'] as const) {
      const wave = new WaveFile();
      wave.fromScratch(1, 8000, '16', samples);
      wave[encode]();
      const { samples: decoded } = decodeWav(wave.toBuffer(), 'law.wav');
      expect(decoded.length).toBe(samples.length);
      for (let i = 0; i < samples.length; i++) {
        // G.711: 16 steps per segment, segments double, so 1/32 of the value and 1/2 of the smallest step
        expect(Math.abs(decoded[i]! * 32768 - samples[i]!)).toBeLessThanOrEqual(
          Math.abs(samples[i]!) / 16 + 16,
        );
      }
    }
  });

  it('reads the extensible form and skips chunks that it does not know, at odd sizes too', () => {
    const extensible = wavefileBytes(4, 8000, '24', [[1], [2], [3], [2]]);
    expect(decodeWav(extensible, 'x.wav').samples[0]).toBeCloseTo(2 / 8388608, 12);
    const plain = wavefileBytes(1, 8000, '16', [[16384]]);
    const junk = Uint8Array.of(0x4a, 0x55, 0x4e, 0x4b, 3, 0, 0, 0, 1, 2, 3, 0);
    const bytes = new Uint8Array([...plain.subarray(0, 12), ...junk, ...plain.subarray(12)]);
    expect([...decodeWav(bytes, 'j.wav').samples]).toEqual([0.5]);
  });

  it('names what is wrong with a bad file', () => {
    const good = wavefileBytes(1, 8000, '16', [[1, 2, 3, 4]]);
    expect(codeOf(() => decodeWav(new Uint8Array(0), 'a'))).toBe('wav-not-riff');
    expect(codeOf(() => decodeWav(new TextEncoder().encode('ID3 an mp3 file'), 'a'))).toBe('wav-not-riff');
    expect(codeOf(() => decodeWav(good.subarray(0, good.length - 2), 'a'))).toBe('wav-truncated');
    expect(codeOf(() => decodeWav(good.subarray(0, 30), 'a'))).toBe('wav-truncated');
    expect(codeOf(() => decodeWav(wavefileBytes(1, 8000, '16', [[]]), 'a'))).toBe('wav-empty');
    expect(codeOf(() => decodeWav(wavefileBytes(1, 8000, '32f', [[0, Number.NaN]]), 'a'))).toBe(
      'wav-not-finite',
    );
    expect(codeOf(() => decodeWav(wavefileBytes(1, 8000, '32f', [[Number.POSITIVE_INFINITY]]), 'a'))).toBe(
      'wav-not-finite',
    );
    const adpcm = new WaveFile();
    adpcm.fromScratch(1, 8000, '16', new Array(1024).fill(0));
    adpcm.toIMAADPCM();
    expect(codeOf(() => decodeWav(adpcm.toBuffer(), 'a'))).toBe('wav-unsupported');
    expect(() => decodeWav(good.subarray(0, 46), 'song.wav')).toThrow('song.wav: truncated: 8 bytes');
  });

  it('gives audio or a UserError for any damaged header', () => {
    const good = wavefileBytes(2, 44100, '24', [new Array(50).fill(1000), new Array(50).fill(-1)]);
    const damage = fc.array(fc.tuple(fc.nat(79), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(damage, fc.integer({ min: 0, max: good.length }), (changes, length) => {
        const bytes = Uint8Array.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const code = codeOf(() => {
          const { samples } = decodeWav(bytes.subarray(0, length), 'a');
          expect(samples.length).toBeLessThanOrEqual(good.length);
        });
        expect(code === 'none' || code.startsWith('wav-')).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('encodeWav', () => {
  it.each<[WavBitDepth, number]>([
    ['16', 0.5 / 2 ** 15],
    ['24', 0.5 / 2 ** 23 + 2 ** -25],
    ['32f', 0],
  ])('is read back by wavefile and by us, %s-bit', (depth, error) => {
    const samples = Float32Array.from({ length: 1001 }, (_, i) => 0.9 * Math.sin(i / 3));
    const bytes = encodeWav({ samples, sampleRate: 22050 }, depth);
    const back = decodeWav(bytes, 'a.wav');
    const wave = new WaveFile(bytes);
    wave.toBitDepth('64');
    const other = wave.getSamples(false, Float64Array) as unknown as Float64Array;
    expect(back.sampleRate).toBe(22050);
    expect(bytes.length % 2).toBe(0);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)).toBe(bytes.length - 8);
    expect(other.length).toBe(1001);
    for (let i = 0; i < 1001; i++) {
      expect(Math.abs(back.samples[i]! - samples[i]!)).toBeLessThanOrEqual(error);
      expect(Math.abs(other[i]! - samples[i]!)).toBeLessThan(1e-4);
    }
  });

  it('clips instead of wrapping around', () => {
    const audio = { samples: Float32Array.of(2, -2, 1, -1), sampleRate: 8000 };
    for (const depth of ['16', '24'] as const) {
      const top = 1 - 2 ** (1 - Number(depth));
      const expected = Float32Array.of(top, -1, top, -1);
      expect([...decodeWav(encodeWav(audio, depth), 'a').samples]).toEqual([...expected]);
    }
  });
});
