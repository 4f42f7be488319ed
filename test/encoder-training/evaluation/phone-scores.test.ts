import { describe, expect, it } from 'vitest';
import { calibrationError } from '../../../lib/encoder-training/evaluation/calibration';
import { greedyPhones, scorePhones, topPhones } from '../../../lib/encoder-training/evaluation/phone-scores';

const names = ['pau', 'aa', 't'];

/** Posteriors of 20 ms frames that give `p` to the named phone and the rest to the others alike. */
function posteriors(said: readonly string[], p = 1) {
  const data = new Float32Array(said.length * 3).fill((1 - p) / 2);
  for (const [t, name] of said.entries()) data[t * 3 + names.indexOf(name)] = p;
  return {
    matrix: { data, frames: said.length, width: 3 },
    hopSeconds: 0.02,
    firstCentreSeconds: 0.01,
  };
}

const phones = [
  { name: 'pau', startSeconds: 0, endSeconds: 0.04 },
  { name: 't', startSeconds: 0.04, endSeconds: 0.06 },
  { name: 'aa', startSeconds: 0.06, endSeconds: 0.12 },
];
const spoken = ['pau', 'pau', 't', 'aa', 'aa', 'aa'];

describe('calibrationError', () => {
  it('is the gap where everything lies in one bin', () => {
    expect(
      calibrationError(Array(10).fill(0.8), [...Array(6).fill(true), ...Array(4).fill(false)], 10),
    ).toBeCloseTo(0.2, 12);
  });

  it('weighs bins by their counts and lets gaps of different bins not cancel', () => {
    // Three of four answers: 0.9 and always wrong; the fourth: 0.1 and right. (3 * 0.9 + 1 * 0.9) / 4
    expect(calibrationError([0.9, 0.9, 0.9, 0.1], [false, false, false, true], 10)).toBeCloseTo(0.9, 12);
    // Within one bin they do cancel: 0.75 on average, three of four right.
    expect(calibrationError([0.7, 0.8, 0.7, 0.8], [true, true, true, false], 1)).toBeCloseTo(0, 12);
  });

  it('puts certainty into the last bin', () => {
    expect(calibrationError([1, 1], [true, true], 15)).toBe(0);
  });
});

describe('scorePhones', () => {
  it('finds nothing wrong with posteriors that say what is said', () => {
    const scores = scorePhones([{ posteriors: posteriors(spoken), phones }], names);
    expect(scores).toEqual({ frameAccuracy: 1, phoneError: 0, calibrationError: 0, meanTop: 1, frames: 6 });
  });

  it('counts frames and phones that are wrong', () => {
    // One of six frames is another; the run of aa is broken into aa t aa: two insertions over two phones.
    const said = ['pau', 'pau', 't', 'aa', 't', 'aa'];
    const scores = scorePhones([{ posteriors: posteriors(said, 0.75), phones }], names);
    expect(scores.frameAccuracy).toBeCloseTo(5 / 6, 12);
    expect(scores.phoneError).toBe(1);
    expect(scores.calibrationError).toBeCloseTo(5 / 6 - 0.75, 12);
    expect(scores.meanTop).toBeCloseTo(0.75, 12);
  });

  it('takes what comes after the last phone for silence', () => {
    const scores = scorePhones([{ posteriors: posteriors([...spoken, 'pau', 'pau']), phones }], names);
    expect(scores.frameAccuracy).toBe(1);
  });
});

describe('greedyPhones', () => {
  it('joins runs, and leaves silence between two equal phones as a border', () => {
    const { classes } = topPhones(posteriors(['aa', 'aa', 'pau', 'aa', 't', 't']));
    expect(greedyPhones(classes, names)).toEqual(['aa', 'aa', 't']);
  });
});
