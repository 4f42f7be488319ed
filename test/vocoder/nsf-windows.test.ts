import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { haloFrames, planWindows } from '../../lib/vocoder/nsf-hifigan/windows';
import { published } from './nsf-example';

const config = parseNsfConfig(published);
const sizes = [64, 128, 256, 512];

describe('halo', () => {
  it('is what the published generator sees of its neighbours', () => {
    // Backwards by hand: (1 + 3 + 5) * 5 + 3 * 5 = 60 values in the widest residual block of every stage.
    // In frames that is little in late stages; upsampling adds less than half a value in each.
    const blocks = 3 / 512 + 60 / 512 + 60 / 256 + 60 / 128 + 60 / 64 + 60 / 8 + 3;
    expect(haloFrames(config)).toBeGreaterThanOrEqual(Math.ceil(blocks));
    expect(haloFrames(config)).toBeLessThanOrEqual(Math.ceil(blocks) + 2);
  });
});

describe('windows', () => {
  it('cover a song once, with a halo at every cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 31 }), (frames, halo) => {
        const windows = planWindows(frames, halo, sizes);
        let at = 0;
        let start = 0;
        for (const window of windows) {
          expect(window.from).toBe(at);
          expect(window.to).toBeGreaterThan(window.from);
          expect(window.start).toBeGreaterThanOrEqual(start);
          expect(sizes).toContain(window.size);
          if (window.from > 0) expect(window.from - window.start).toBeGreaterThanOrEqual(halo);
          else expect(window.start).toBe(0);
          const end = window.start + window.size;
          if (window.to < frames) expect(end - window.to).toBeGreaterThanOrEqual(halo);
          if (frames >= 64) expect(end).toBeLessThanOrEqual(frames);
          [at, start] = [window.to, window.start];
        }
        expect(at).toBe(frames);
        if (frames >= 64) expect(start + windows.at(-1)!.size).toBe(frames);
      }),
    );
  });

  it('waste little', () => {
    const computed = (frames: number): number =>
      planWindows(frames, 13, sizes).reduce((sum, { size }) => sum + size, 0);
    // Two windows of 512 less the overlap of 26 make 998.
    expect(computed(998)).toBe(1024);
    expect(computed(344)).toBe(256 + 128);
    expect(computed(512)).toBe(512);
  });
});
