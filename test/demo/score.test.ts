import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { songLines, trainingSentences, trainingVerses, trainingWords } from '../../lib/demo/lyrics';
import { trainingScores } from '../../lib/demo/material';
import { compose } from '../../lib/demo/score';

describe('compose', () => {
  it('sets every word in order, without overlap, within E3 to G4', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 6 }), (seed, count) => {
        const lines = songLines.slice(0, count);
        const { notes, lengthSeconds } = compose(lines, seed);
        expect(notes.map((note) => note.word)).toEqual(lines.join(' ').split(' '));
        let end = 0;
        for (const note of notes) {
          expect(note.startSeconds).toBeGreaterThanOrEqual(end - 1e-9);
          expect(note.endSeconds - note.startSeconds).toBeGreaterThan(0.2);
          expect(note.pitchHz).toBeGreaterThan(164.8);
          expect(note.pitchHz).toBeLessThan(392.1);
          end = note.endSeconds;
        }
        expect(lengthSeconds).toBeGreaterThan(end);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the same score for the same seed and another for another', () => {
    expect(compose(songLines, 3)).toEqual(compose(songLines, 3));
    expect(compose(songLines, 3)).not.toEqual(compose(songLines, 4));
  });
});

describe('the training material', () => {
  const scores = trainingScores();

  it('has no line of the song', () => {
    const lines = [...trainingVerses.flat(), ...trainingSentences.map((line) => line.toLowerCase())];
    for (const line of songLines) expect(lines).not.toContain(line);
    const sung = scores.map((score) => score.notes.map((note) => note.word).join(' '));
    for (const line of songLines) for (const text of sung) expect(text).not.toContain(line);
  });

  it('has every listed word once, besides what fills no clip, in clips of 2 to 15 s', () => {
    expect(new Set(trainingWords).size).toBe(trainingWords.length);
    for (const { lengthSeconds } of scores) {
      expect(lengthSeconds).toBeGreaterThan(2);
      expect(lengthSeconds).toBeLessThanOrEqual(15);
    }
  });

  it('lasts about five minutes with the spoken sentences', () => {
    const seconds = scores.reduce((sum, score) => sum + score.lengthSeconds, 0);
    expect(seconds).toBeGreaterThan(240);
    expect(seconds).toBeLessThan(330);
  });
});
