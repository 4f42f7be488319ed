import { describe, expect, test } from 'vitest';
import { f0ToLog2 } from '../../lib/audio/pitch';
import { preset } from '../../lib/config/presets';
import { songPitch } from '../../lib/inference/song-pitch';

const config = preset('nsf-44k');
const compat = { ...config, compat: { ...config.compat, pitch: true } };
const found = f0ToLog2(Float32Array.of(220, 0, 220, 1000));

describe('songPitch', () => {
  test('an octave up doubles, unvoiced stays unvoiced, the range holds', () => {
    const { f0Hz } = songPitch(found, 12, config);
    expect(f0Hz[0]).toBeCloseTo(440, 2);
    expect(f0Hz[1]).toBe(0);
    expect(f0Hz[3]).toBeCloseTo(config.model.f0MaxHz, 2);
  });

  test('the model hears the interpolated pitch where nothing is sung', () => {
    expect(2 ** songPitch(found, 0, config).f0Log2[1]!).toBeCloseTo(220, 2);
  });

  test('compat: above f0_max becomes 1 Hz, unvoiced frames are sung (spec k.7, k.8)', () => {
    const { f0Hz } = songPitch(found, 12, compat);
    expect(f0Hz[3]).toBe(1);
    expect(f0Hz[1]).toBeCloseTo(440, 2);
  });
});
