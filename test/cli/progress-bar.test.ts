import { describe, expect, test } from 'vitest';
import { createProgressBar, formatDuration, formatProgress } from '../../lib/config/progress-bar';

describe('formatProgress', () => {
  test('rate and time left', () => {
    const line = formatProgress({ label: 'train', done: 30, total: 90, unit: 'steps', note: 'loss 0.5' }, 2);
    expect(line).toContain('30/90 · 2.0 steps/s · 30 s left · loss 0.5');
    expect(line.match(/█/g)).toHaveLength(8);
  });

  test('no time left at the end, none while nothing is known', () => {
    expect(formatProgress({ label: 'x', done: 5, total: 5, unit: 'clips' }, 1)).not.toContain('left');
    expect(formatProgress({ label: 'x', done: 0, total: 5, unit: 'clips' }, 0)).not.toContain('left');
  });
});

test.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [60, '1 min 00 s'],
  [3599.6, '1 h 00 min'],
  [7800, '2 h 10 min'],
])('formatDuration(%d) is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

describe('createProgressBar', () => {
  const play = (isTerminal: boolean) => {
    let now = 0;
    const out: string[] = [];
    const bar = createProgressBar({ write: (t) => out.push(t), isTerminal, clock: () => now });
    return { bar, out, advance: (ms: number) => (now += ms) };
  };

  test('redraws in place at most ten times a second, and always at the end', () => {
    const { bar, out, advance } = play(true);
    for (let done = 0; done <= 100; done++) {
      bar.report({ label: 'a', done, total: 100, unit: 'x' });
      advance(5);
    }
    expect(out.length).toBeLessThanOrEqual(8);
    expect(out.at(-1)).toContain('100/100');
  });

  test('a new label starts a new line', () => {
    const { bar, out } = play(true);
    bar.report({ label: 'a', done: 1, total: 2, unit: 'x' });
    bar.report({ label: 'b', done: 1, total: 2, unit: 'x' });
    expect(out[1]).toBe('\n');
  });

  test('in a log: whole lines, no control codes', () => {
    const { bar, out, advance } = play(false);
    bar.report({ label: 'a', done: 1, total: 2, unit: 'x' });
    advance(20_000);
    bar.notice('saved');
    bar.report({ label: 'a', done: 2, total: 2, unit: 'x' });
    expect(out.join('')).not.toContain('\r');
    expect(out.join('')).not.toContain('\u001b');
    expect(out.every((line) => line.endsWith('\n'))).toBe(true);
  });
});
