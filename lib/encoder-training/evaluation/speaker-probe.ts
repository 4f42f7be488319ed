/** How much of who speaks is left in units: what a linear classifier can tell from single frames. */
import type { FrameMatrix } from '../../audio/audio';
import { classify, fitLogistic, type LabelledRows } from './logistic-regression';

/** Frames of one voice, utterance by utterance. */
export interface ProbedVoice {
  readonly name: string;
  readonly utterances: readonly FrameMatrix[];
}

export interface ProbeResult {
  /** mean over the voices of the share of their frames that is recognised; chance is 1 / voices */
  readonly balancedAccuracy: number;
  readonly recall: Readonly<Record<string, number>>;
  /** frames per voice that the classifier learnt from and was tried on */
  readonly frames: { readonly training: number; readonly test: number };
}

/** Most frames per voice on either side; more do not change the figure. */
const MOST_FRAMES = 2500;
const RIDGE = 1e-4;

/** `count` rows, evenly spaced over all of `parts`. */
function spreadRows(parts: readonly FrameMatrix[], count: number): Float32Array[] {
  const rows = parts.flatMap((part) =>
    Array.from({ length: part.frames }, (_, t) => part.data.subarray(t * part.width, (t + 1) * part.width)),
  );
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
}

/** Equally many rows of every voice, one voice after the other. */
function balanced(voices: readonly (readonly FrameMatrix[])[]): { data: LabelledRows; perVoice: number } {
  const available = voices.map((parts) => parts.reduce((sum, { frames }) => sum + frames, 0));
  const perVoice = Math.min(MOST_FRAMES, ...available);
  const rows = voices.flatMap((parts) => spreadRows(parts, perVoice));
  const width = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  const labels = Uint8Array.from({ length: rows.length }, (_, i) => Math.floor(i / perVoice));
  return { data: { rows: { data, frames: rows.length, width }, labels }, perVoice };
}

/** Columns to mean 0 and deviation 1 over the training rows, so that the ridge weighs all alike. */
function standardise(training: FrameMatrix, test: FrameMatrix): [FrameMatrix, FrameMatrix] {
  const { width, frames } = training;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const [i, v] of training.data.entries()) {
    mean[i % width]! += v / frames;
    square[i % width]! += (v * v) / frames;
  }
  const scale = square.map((s, d) => 1 / Math.sqrt(Math.max(1e-9, s - mean[d]! ** 2)));
  const apply = (m: FrameMatrix) => ({
    ...m,
    data: m.data.map((v, i) => (v - mean[i % width]!) * scale[i % width]!),
  });
  return [apply(training), apply(test)];
}

/**
 * Learns from every other utterance to tell the voices apart by single frames, and tries it on the rest.
 * @throws Error for fewer than two voices or a voice with fewer than two utterances
 */
export function probeSpeakers(voices: readonly ProbedVoice[]): ProbeResult {
  if (voices.length < 2 || voices.some(({ utterances }) => utterances.length < 2)) {
    throw new Error('Expected two voices or more with two utterances or more each');
  }
  const half = (parity: number) =>
    balanced(voices.map(({ utterances }) => utterances.filter((_, i) => i % 2 === parity)));
  const [training, test] = [half(0), half(1)];
  const [trainingRows, testRows] = standardise(training.data.rows, test.data.rows);
  const model = fitLogistic({ ...training.data, rows: trainingRows }, voices.length, RIDGE);
  const found = classify(model, testRows);
  const hits = voices.map((_, v) => found.filter((c, i) => c === v && test.data.labels[i] === v).length);
  const recall = Object.fromEntries(voices.map(({ name }, v) => [name, hits[v]! / test.perVoice]));
  const balancedAccuracy = Object.values(recall).reduce((a, b) => a + b, 0) / voices.length;
  return { balancedAccuracy, recall, frames: { training: training.perVoice, test: test.perVoice } };
}
