import { describe, expect, it } from 'vitest';
import { RealFft } from '../../lib/audio/fft';
import { centreWindow, hannPeriodic, istft, reflectPad, stft } from '../../lib/audio/stft';
import { noise } from './tones';

describe('RealFft', () => {
  it('equals the sum that defines it, and inverts itself', () => {
    for (const size of [4, 8, 64, 128]) {
      const signal = Float64Array.from(noise(1, size / 1000, 1000).samples);
      const spectrum = new Float64Array(size + 2);
      const fft = new RealFft(size);
      fft.forward(signal, spectrum);
      for (let k = 0; k < fft.bins; k++) {
        let [re, im] = [0, 0];
        signal.forEach((x, n) => {
          re += x * Math.cos((2 * Math.PI * k * n) / size);
          im -= x * Math.sin((2 * Math.PI * k * n) / size);
        });
        expect(spectrum[2 * k]).toBeCloseTo(re, 10);
        expect(spectrum[2 * k + 1]).toBeCloseTo(im, 10);
      }
      const back = new Float64Array(size);
      fft.inverse(spectrum, back);
      for (let n = 0; n < size; n++) expect(back[n]).toBeCloseTo(signal[n]!, 12);
    }
  });

  it('refuses sizes that are no powers of two', () => {
    for (const size of [0, 2, 6, 1000, 2.5]) expect(() => new RealFft(size)).toThrow('power of two');
  });
});

describe('stft', () => {
  const options = { fftSize: 256, hopSize: 64, window: hannPeriodic(256) };

  it('puts a sine of a bin into that bin, at a quarter of the window sum', () => {
    const samples = Float32Array.from({ length: 1024 }, (_, i) => Math.cos((2 * Math.PI * 32 * i) / 256));
    const { real, imag, frames, bins } = stft(samples, options);
    expect([frames, bins]).toEqual([13, 129]);
    for (let frame = 0; frame < frames; frame++) {
      const magnitude = (k: number) => Math.hypot(real[frame * bins + k]!, imag[frame * bins + k]!);
      expect(magnitude(32)).toBeCloseTo(64, 4);
      expect(magnitude(31)).toBeCloseTo(32, 4);
      expect(magnitude(40)).toBeLessThan(1e-4);
    }
  });

  it('is undone by istft wherever a window reaches', () => {
    const { samples } = noise(0.3, 1, 3000);
    const back = istft(stft(samples, options), options);
    expect(back.length).toBe(256 + 64 * Math.floor((3000 - 256) / 64));
    for (let i = 1; i < back.length; i++) expect(Math.abs(back[i]! - samples[i]!)).toBeLessThan(1e-6);
  });

  it('has no frames for a signal shorter than one', () => {
    expect(stft(new Float32Array(255), options).frames).toBe(0);
    expect(istft(stft(new Float32Array(255), options), options).length).toBe(0);
  });
});

describe('helpers', () => {
  it('the periodic Hann window starts at zero and is one in the middle', () => {
    const window = hannPeriodic(8);
    expect(window[0]).toBe(0);
    expect(window[4]).toBe(1);
    expect(window[2]).toBeCloseTo(0.5, 15);
    expect(window[6]).toBeCloseTo(0.5, 15);
  });

  it('mirrors without repeating the edge', () => {
    expect([...reflectPad([1, 2, 3, 4], 2)]).toEqual([3, 2, 1, 2, 3, 4, 3, 2]);
    expect(() => reflectPad([1, 2], 2)).toThrow('more than 2');
  });

  it('centres a window in a longer frame', () => {
    expect([...centreWindow(Float64Array.of(1, 1), 6)]).toEqual([0, 0, 1, 1, 0, 0]);
    expect(() => centreWindow(new Float64Array(8), 4)).toThrow('at most 4');
  });
});
