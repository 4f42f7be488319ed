import { describe, expect, it } from 'vitest';
import { melPointsHz } from '../../../lib/audio/mel-filterbank';
import {
  BANDS,
  bandConfig,
  FrontEnd,
  frameCount,
  SAMPLE_RATE,
} from '../../../lib/encoder/phone-net/front-end';
import { measureLevels, normalise, silence } from '../../../lib/encoder/phone-net/levels';
import { Philox, streams } from '../../../lib/random/philox';

const tone = (hz: number, amplitude: number): Float32Array =>
  Float32Array.from({ length: 8000 }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE));

describe('FrontEnd', () => {
  it('puts a tone into the band that peaks there', () => {
    const points = melPointsHz(bandConfig);
    for (const band of [5, 20, 40, 60]) {
      const powers = new Float32Array(BANDS);
      new FrontEnd().powers(tone(points[band + 1]!, 0.1), 25, powers, 0);
      expect(powers.indexOf(Math.max(...powers))).toBe(band);
    }
  });

  // Parseval: sum over the FFT's bins of |X|^2 is N sum (x w)^2; white noise of variance v has N v sum w^2 = 512 * 150 v in
  // all 512 bins, 150 v in each, and a filter of area 1 over Hz sums bins of 31.25 Hz with weights of sum 1 / 31.25.
  it('gives white noise its power in every band', () => {
    const samples = new Philox(2, streams.crop).normals(160_000).map((v) => 0.1 * v);
    const { data, frames } = new FrontEnd().all(samples);
    expect(frames).toBe(frameCount(160_000));
    for (let b = 20; b < BANDS; b++) {
      let sum = 0;
      for (let t = 5; t < frames - 5; t++) sum += data[t * BANDS + b]!;
      const decibels = 10 * Math.log10(sum / (frames - 10) / ((150 * 0.01) / 31.25));
      expect(Math.abs(decibels)).toBeLessThan(0.6);
    }
  });
});

describe('levels', () => {
  const powers = new FrontEnd().all(new Philox(3, streams.crop).normals(80_000));

  it('do not care how loud a recording is', () => {
    const louder = { ...powers, data: powers.data.map((p) => 100 * p) };
    const [a, b] = [measureLevels([powers]), measureLevels([louder])];
    expect(b.level - a.level).toBeCloseTo(Math.log(100), 4);
    const [x, y] = [powers.data.slice(), louder.data.slice()];
    normalise(x, a);
    normalise(y, b);
    for (let i = 0; i < x.length; i++) expect(Math.abs(x[i]! - y[i]!)).toBeLessThan(1e-4);
  });

  it('give features of mean 0 in every band of sound without silence', () => {
    const features = powers.data.slice();
    normalise(features, measureLevels([powers]));
    for (let b = 0; b < BANDS; b++) {
      let sum = 0;
      for (let t = 0; t < powers.frames; t++) sum += features[t * BANDS + b]!;
      expect(Math.abs(sum / powers.frames)).toBeLessThan(1e-3);
    }
  });

  it('know silence as the lowest that there is', () => {
    const levels = measureLevels([powers]);
    const features = powers.data.slice();
    normalise(features, levels);
    const lowest = silence(levels);
    features.forEach((v, i) => {
      expect(v).toBeGreaterThanOrEqual(lowest[i % BANDS]! - 1e-6);
    });
  });
});
