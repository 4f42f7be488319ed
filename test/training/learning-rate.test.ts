import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../../lib/config/schema';
import { learningRate } from '../../lib/training/learning-rate';

describe('learningRate', () => {
  const config = trainingSchema.parse({});

  it.each([
    [0, 8e-4],
    [39999, 8e-4],
    [40000, 4e-4],
    [80000, 2e-4],
  ])('halves every decaySteps: update %i has %f', (update, rate) => {
    expect(learningRate(update, config, false)).toBeCloseTo(rate, 12);
  });

  it.each([
    [0, 8e-4],
    [1, 8e-4],
    [40000, 8e-4],
    [40001, 4e-4],
    [80000, 4e-4],
    [80001, 2e-4],
  ])('is one update late as the reference: update %i has %f', (update, rate) => {
    expect(learningRate(update, config, true)).toBeCloseTo(rate, 12);
  });

  it('falls along a cosine to nothing at the last update', () => {
    const cosine = { ...config, schedule: 'cosine' as const, maxUpdates: 1000 };
    expect(learningRate(0, cosine, false)).toBe(8e-4);
    expect(learningRate(500, cosine, false)).toBeCloseTo(4e-4, 12);
    expect(learningRate(999, cosine, false)).toBeLessThan(1e-8);
    expect(learningRate(5000, cosine, false)).toBe(0);
  });
});
