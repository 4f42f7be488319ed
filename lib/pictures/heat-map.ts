import type { FrameMatrix } from '../audio/audio';
import { heatPalette } from './colours';
import { encodePalettePng } from './png';

/** Part of a mel that is drawn. */
export interface HeatMapArea {
  readonly fromFrame: number;
  readonly toFrame: number;
  /** the lowest `bins` mel bins */
  readonly bins: number;
  /** log10 amplitude of the lightest and the darkest colour */
  readonly quiet: number;
  readonly loud: number;
}

/** Wider pictures only make the file larger. */
const MAX_PIXELS = 1600;

/** Mel as a PNG, low frequencies at the bottom; columns are the loudest of the frames that they stand for. */
export function heatMapPng(mel: FrameMatrix, area: HeatMapArea): Buffer {
  const frames = area.toFrame - area.fromFrame;
  const width = Math.max(1, Math.min(frames, MAX_PIXELS));
  const pixels = new Uint8Array(width * area.bins);
  for (let x = 0; x < width; x++) {
    const start = area.fromFrame + Math.floor((x * frames) / width);
    const end = area.fromFrame + Math.max(Math.floor(((x + 1) * frames) / width), 1);
    for (let bin = 0; bin < area.bins; bin++) {
      let value = -Infinity;
      for (let t = start; t < Math.min(end, mel.frames); t++)
        value = Math.max(value, mel.data[t * mel.width + bin]!);
      const part = (value - area.quiet) / (area.loud - area.quiet);
      pixels[(area.bins - 1 - bin) * width + x] = Math.round(255 * Math.min(1, Math.max(0, part)));
    }
  }
  return encodePalettePng(width, area.bins, pixels, heatPalette());
}

/** Level in log10 that all but the loudest thousandth of the values stay below. */
export function loudestLevel(mels: readonly FrameMatrix[], bins: number): number {
  const values: number[] = [];
  for (const mel of mels) {
    for (let t = 0; t < mel.frames; t++) {
      for (let bin = 0; bin < bins; bin++) values.push(mel.data[t * mel.width + bin]!);
    }
  }
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.floor(0.999 * (sorted.length - 1))] ?? 0;
}
