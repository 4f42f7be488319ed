import { describe, expect, it } from 'vitest';
import {
  chunkLength,
  fitChunk,
  fromPcm16,
  joinChunks,
  toPcm16,
  vocoderFrames,
} from '../../lib/inference/compat';

describe('chunk length', () => {
  it('is one too many for 7 % of all lengths at equal rates (spec section h)', () => {
    const lengths = 200_000;
    const extra = Array.from({ length: lengths }, (_, i) => chunkLength(i + 1, 44100, 44100) - (i + 1));
    expect(new Set(extra)).toEqual(new Set([0, 1]));
    expect(Math.round((100 * extra.filter((e) => e === 1).length) / lengths)).toBe(7);
  });

  it('rounds up at other rates', () => {
    expect(chunkLength(3, 16000, 44100)).toBe(9); // 8.27
    expect(chunkLength(160, 16000, 44100)).toBe(441);
  });
});

describe('16-bit samples', () => {
  it('are rounded down and limited', () => {
    const samples = [0, 1.9 / 32768, -0.1 / 32768, 1, 2, -1, -2];
    expect([...toPcm16(samples)]).toEqual([0, 1, -1, 32767, 32767, -32768, -32768]);
  });

  it('survive being read and written again', () => {
    const all = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
    expect(toPcm16(fromPcm16(all)).every((value, i) => value === all[i])).toBe(true);
  });
});

describe('chunks', () => {
  it('are filled up with their mean', () => {
    expect([...fitChunk(Float32Array.of(1, 2, 6), 5)]).toEqual([1, 2, 6, 3, 3]);
  });

  it('lose their start where they are too long', () => {
    expect([...fitChunk(Float32Array.of(1, 2, 3), 2)]).toEqual([2, 3]);
    expect([...fitChunk(Float32Array.of(1, 2), 2)]).toEqual([1, 2]);
  });

  it('follow each other', () => {
    expect([...joinChunks([Float32Array.of(1), new Float32Array(2), Float32Array.of(4)])]).toEqual([
      1, 0, 0, 4,
    ]);
    expect(joinChunks([])).toHaveLength(0);
  });
});

describe('frames for the vocoder', () => {
  it('lack those whose bins are all zero, and are clipped', () => {
    const mel = { data: Float32Array.of(0, -7, 0, 0, 2, 1), frames: 3, width: 2 };
    const { mel: kept, f0Hz } = vocoderFrames(
      { mel, f0Hz: Float32Array.of(100, 200, 300) },
      { melMin: -6, melMax: 1.5 },
    );
    expect(kept).toEqual({ data: Float32Array.of(0, -6, 1.5, 1), frames: 2, width: 2 });
    expect([...f0Hz]).toEqual([100, 300]);
  });
});
