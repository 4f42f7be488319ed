import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { audioSchema } from '../../lib/config/schema';
import { heatPalette } from '../../lib/pictures/colours';
import { heatMapPng } from '../../lib/pictures/heat-map';
import { comparisonPicture, type PictureTrack } from '../../lib/pictures/picture';
import { encodePalettePng } from '../../lib/pictures/png';
import { escapeXml, pitchPath } from '../../lib/pictures/svg';

const config = audioSchema.parse({});

describe('encodePalettePng', () => {
  it('is read back by fast-png', () => {
    const palette = heatPalette();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(255),
        (w, h, add) => {
          const pixels = Uint8Array.from({ length: w * h }, (_, i) => (i + add) % 256);
          const image = decode(encodePalettePng(w, h, pixels, palette), { checkCrc: true });
          expect([image.width, image.height]).toEqual([w, h]);
          expect(Array.from(image.data)).toEqual(Array.from(pixels));
          expect(image.palette).toEqual(palette);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses a wrong number of pixels', () => {
    expect(() => encodePalettePng(2, 2, new Uint8Array(3), heatPalette())).toThrow('2 x 2');
  });
});

describe('heatPalette', () => {
  it('falls evenly in lightness from light to dark', () => {
    // CIE lightness of a grey-ish reference: relative luminance of sRGB, an independent measure of brightness
    const luminance = heatPalette().map((rgb) => {
      const [r, g, b] = rgb.map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    });
    const lightness = luminance.map((y) => (y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y));
    expect(lightness[0]).toBeGreaterThan(95);
    expect(lightness.at(-1)).toBeLessThan(15);
    for (let i = 16; i < 256; i += 16) expect(lightness[i]!).toBeLessThan(lightness[i - 16]! - 2);
  });
});

describe('heatMapPng', () => {
  it('has low frequencies at the bottom, loud dark and clipped at both ends', () => {
    const mel = { data: Float32Array.of(-1, -9, -2, 5), frames: 2, width: 2 };
    const image = decode(heatMapPng(mel, { fromFrame: 0, toFrame: 2, bins: 2, quiet: -3, loud: -1 }));
    expect(Array.from(image.data)).toEqual([0, 255, 255, 128]);
  });

  it('keeps the loudest of the frames that share a column', () => {
    const mel = { data: new Float32Array(5000).fill(-3), frames: 5000, width: 1 };
    mel.data[2500] = -1;
    const image = decode(heatMapPng(mel, { fromFrame: 0, toFrame: 5000, bins: 1, quiet: -3, loud: -1 }));
    expect(Array.from(image.data).filter((value) => value === 255).length).toBe(1);
  });
});

describe('pitchPath', () => {
  it('breaks where unvoiced and at jumps', () => {
    const axis = { x: (s: number) => 100 * s, from: 0, to: 10 };
    const small = { ...config, sampleRate: 10, hopSize: 10 };
    const path = pitchPath(Float32Array.of(100, 101, 0, 100, 200), small, axis, (hz) => hz);
    expect(path).toBe('M50.0 100.0L150.0 101.0M350.0 100.0M450.0 200.0');
  });
});

describe('comparisonPicture', () => {
  const track = (label: string): PictureTrack => ({
    mel: { data: new Float32Array(100 * 128).fill(-3), frames: 100, width: 128 },
    f0Hz: Float32Array.from({ length: 100 }, (_, t) => 200 + t),
    label,
    colour: '#123456',
  });

  it('has a heat map per recording, axes in Hz and seconds, and escaped labels', () => {
    const svg = comparisonPicture([track('A & B'), track('<script>x</script>')], config, {
      fromSeconds: 0,
      toSeconds: 1.1,
    });
    expect(svg.match(/<image /g)).toHaveLength(2);
    expect(svg).toContain('A &amp; B');
    expect(svg).not.toContain('<script>');
    for (const label of ['250 Hz', '1 kHz', '8 kHz', 'Time in seconds']) expect(svg).toContain(label);
    expect(svg).not.toMatch(/NaN|Infinity/);
    const opened = svg.match(/<(svg|title|style|text)[ >]/g)!.length;
    expect(svg.match(/<\/(svg|title|style|text)>/g)).toHaveLength(opened);
  });

  it('draws recordings without any pitch', () => {
    const silent = { ...track('silent'), f0Hz: new Float32Array(100) };
    expect(comparisonPicture([silent], config, { fromSeconds: 0, toSeconds: 1 })).not.toMatch(/NaN|Infinity/);
  });
});

describe('escapeXml', () => {
  it('leaves no character that has a meaning', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(escapeXml(value)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
    expect(escapeXml('a\u0000\u001bb')).toBe('ab');
  });
});
