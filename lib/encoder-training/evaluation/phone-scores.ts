/** How well posteriors name the phones that flite said. */
import type { Phone } from '../../demo/flite';
import type { Posteriors } from '../evaluated-encoder';
import { calibrationError } from './calibration';
import { editDistance } from './edit-distance';

/** Posteriors of an utterance with what was said in it. */
export interface ScoredUtterance {
  readonly posteriors: Posteriors;
  readonly phones: readonly Phone[];
}

export interface PhoneScores {
  /** share of all frames whose likeliest phone is the one that is said */
  readonly frameAccuracy: number;
  /** edit distance of the runs of likeliest phones, without silence, over the number of phones */
  readonly phoneError: number;
  readonly calibrationError: number;
  readonly meanTop: number;
  readonly frames: number;
}

const BINS = 15;
const SILENCE = 'pau';

/** Likeliest class of every row and its probability. */
export function topPhones({ matrix }: Posteriors): { classes: Int32Array; probability: Float32Array } {
  const classes = new Int32Array(matrix.frames);
  const probability = new Float32Array(matrix.frames);
  for (let t = 0; t < matrix.frames; t++) {
    for (let c = 0; c < matrix.width; c++) {
      const p = matrix.data[t * matrix.width + c]!;
      if (p > probability[t]!) [probability[t], classes[t]] = [p, c];
    }
  }
  return { classes, probability };
}

/** The phone at a time; silence after the last. */
function phoneAt(phones: readonly Phone[], seconds: number): string {
  return phones.find(({ endSeconds }) => seconds < endSeconds)?.name ?? SILENCE;
}

/** Runs of equal classes as names, without silence. */
export function greedyPhones(classes: Int32Array, names: readonly string[]): string[] {
  return Array.from(
    classes.filter((c, t) => c !== classes[t - 1]),
    (c) => names[c]!,
  ).filter((name) => name !== SILENCE);
}

/** Scores over all utterances together. @param names of the posteriors' columns */
export function scorePhones(utterances: readonly ScoredUtterance[], names: readonly string[]): PhoneScores {
  const confidence: number[] = [];
  const correct: boolean[] = [];
  let [errors, count] = [0, 0];
  for (const { posteriors, phones } of utterances) {
    const { classes, probability } = topPhones(posteriors);
    for (const [t, c] of classes.entries()) {
      const said = phoneAt(phones, posteriors.firstCentreSeconds + t * posteriors.hopSeconds);
      confidence.push(probability[t]!);
      correct.push(names[c] === said);
    }
    const said = phones.map(({ name }) => name).filter((name) => name !== SILENCE);
    errors += editDistance(greedyPhones(classes, names), said);
    count += said.length;
  }
  return {
    frameAccuracy: correct.filter(Boolean).length / correct.length,
    phoneError: errors / count,
    calibrationError: calibrationError(confidence, correct, BINS),
    meanTop: confidence.reduce((a, b) => a + b, 0) / confidence.length,
    frames: correct.length,
  };
}
