/** The colours of all pictures. */
import type { Rgb } from './png';

/** OKLab (Ottosson 2020) to 8-bit sRGB, clipped. */
function oklabToRgb(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => {
    const encoded = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, encoded)));
  }) as [number, number, number];
}

const LIGHTEST = 0.985;
const DARKEST = 0.2;

/**
 * 256 colours from near white (quiet) over blue to dark violet (loud). Perceptually uniform by construction: OKLab
 * lightness falls in equal steps, hue turns evenly.
 */
export function heatPalette(): Rgb[] {
  return Array.from({ length: 256 }, (_, i) => {
    const part = i / 255;
    const hue = ((215 + 80 * part) * Math.PI) / 180;
    const chroma = 0.14 * Math.sin(Math.PI * Math.min(1, part * 0.9 + 0.02));
    return oklabToRgb(LIGHTEST + (DARKEST - LIGHTEST) * part, chroma * Math.cos(hue), chroma * Math.sin(hue));
  });
}

/** Lines over and beside the heat maps: told apart by people with any colour vision (Okabe and Ito 2008, darkened). */
export const lineColours = {
  overlay: '#e8590c',
  source: '#0072b2',
  converted: '#d55e00',
  truth: '#00805f',
} as const;
