import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../../lib/encoder-training/evaluation/evaluate';
import {
  barsOf,
  describe as describeEvaluation,
  passes,
} from '../../../lib/encoder-training/evaluation/report';

const nothing: Evaluation = {
  encoderId: 'none',
  quick: false,
  steps: 1,
  probe: null,
  phones: null,
  reading: null,
  stability: null,
  cost: null,
  conversion: null,
  exchanged: null,
};

const f0 = { correlation: 1, rmseCents: 0, voicingError: 0 };
const track = (mcdDb: number, speakerDistanceDb: number) => ({ mcdDb, speakerDistanceDb, f0, f0Source: f0 });
const conversion = {
  scores: {
    tracks: {
      source: track(10, 8),
      converted: track(6, 4),
      equalised: track(8, 6),
      zeroed: track(10, 7),
    },
    checks: [],
    passed: true,
  },
  intelligibility: null,
  realTimeFactor: 1,
};

const bar = (evaluation: Evaluation, id: string) => barsOf(evaluation).find((b) => b.id === id)!;

describe('barsOf', () => {
  it('divides by the source and the controls', () => {
    const evaluation = { ...nothing, conversion };
    expect(bar(evaluation, 'awb>slt mcd/source')).toMatchObject({ value: 0.6, limit: 0.55 });
    expect(bar(evaluation, 'awb>slt mcd/equalised')).toMatchObject({ value: 0.75, limit: 0.7 });
    expect(bar(evaluation, 'awb>slt mcd/zeroed')).toMatchObject({ value: 0.6, limit: 0.7 });
    expect(bar(evaluation, 'awb>slt speaker/source')).toMatchObject({ value: 0.5, limit: 0.45 });
    expect(passes(bar(evaluation, 'awb>slt mcd/source'))).toBe(false);
    expect(passes(bar(evaluation, 'awb>slt mcd/zeroed'))).toBe(true);
  });

  it('allows the exchanged singers 15 % more', () => {
    const evaluation = { ...nothing, exchanged: conversion };
    expect(bar(evaluation, 'slt>awb mcd/source').limit).toBeCloseTo(0.6325, 12);
    expect(passes(bar(evaluation, 'slt>awb mcd/source'))).toBe(true);
  });

  it('passes nothing that was not measured', () => {
    for (const b of barsOf(nothing)) expect(passes(b)).toBeNull();
    expect(passes({ id: 'x', value: Number.NaN, limit: 1, bound: 'at-most' })).toBe(false);
    expect(passes({ id: 'x', value: Number.NaN, limit: 0, bound: 'at-least' })).toBe(false);
  });

  it('takes the probe of five voices only', () => {
    const probe = { balancedAccuracy: 0.3, recall: {}, frames: { training: 1, test: 1 } };
    const four = { ...nothing, probe: { ...probe, voices: ['a', 'b', 'c', 'd'] } };
    expect(bar(four, 'speaker probe').value).toBeNull();
    const five = { ...nothing, probe: { ...probe, voices: ['a', 'b', 'c', 'd', 'e'] } };
    expect(bar(five, 'speaker probe').value).toBe(0.3);
  });

  it('takes the worse calibration of the unheard voices', () => {
    const score = { frameAccuracy: 0.5, phoneError: 0.5, meanTop: 0.5, frames: 1 };
    const phones = { awb: { ...score, calibrationError: 0.02 }, slt: { ...score, calibrationError: 0.12 } };
    expect(passes(bar({ ...nothing, phones }, 'calibration, unheard voices'))).toBe(false);
  });
});

describe('describe', () => {
  it('names what was measured and marks what failed', () => {
    const text = describeEvaluation({ ...nothing, conversion });
    expect(text).toContain('FAIL awb>slt mcd/source: 0.600 (at most 0.550)');
    expect(text).toContain('ok   awb>slt mcd/zeroed');
    expect(text).toContain('--   speaker probe: -');
  });
});
