/**
 * Multinomial logistic regression by Newton's method: the optimum itself, the same on every machine to rounding
 * (Böhning 1992, "Multinomial logistic regression algorithm").
 */
import type { FrameMatrix } from '../../audio/audio';
import { solvePositive } from './cholesky';

/** Rows with their classes. */
export interface LabelledRows {
  /** [N, D] */
  readonly rows: FrameMatrix;
  /** class of each row [N], 0 ... classes - 1 */
  readonly labels: Uint8Array;
}

/** Row-major [classes, D + 1]; the last column is the intercept. */
export interface LogisticModel {
  readonly classes: number;
  readonly weights: Float64Array;
}

const MOST_ROUNDS = 30;
/** Newton's decrement, in nats per row, at which the optimum is reached. */
const TOLERANCE = 1e-9;
/** Fixes what adding a constant to all intercepts leaves open. */
const INTERCEPT_RIDGE = 1e-9;

/** Probabilities of the classes for one row into `out` [classes]. */
function probabilities(
  model: LogisticModel,
  row: Float32Array,
  at: number,
  width: number,
  out: Float64Array,
): void {
  let most = -Infinity;
  for (let c = 0; c < model.classes; c++) {
    const from = c * (width + 1);
    let sum = model.weights[from + width]!;
    for (let d = 0; d < width; d++) sum += model.weights[from + d]! * row[at + d]!;
    out[c] = sum;
    most = Math.max(most, sum);
  }
  let total = 0;
  for (let c = 0; c < model.classes; c++) total += out[c] = Math.exp(out[c]! - most);
  for (let c = 0; c < model.classes; c++) out[c]! /= total;
}

/** Mean loss in nats with its penalty, (1/N) sum -log p + ridge/2 |W|^2. */
function lossOf(model: LogisticModel, data: LabelledRows, ridge: number): number {
  const { rows, labels } = data;
  const p = new Float64Array(model.classes);
  let sum = 0;
  for (let i = 0; i < rows.frames; i++) {
    probabilities(model, rows.data, i * rows.width, rows.width, p);
    sum -= Math.log(p[labels[i]!]!);
  }
  const width = rows.width + 1;
  const penalty = model.weights.reduce(
    (s, w, i) => s + (i % width === width - 1 ? INTERCEPT_RIDGE : ridge) * w * w,
    0,
  );
  return sum / rows.frames + penalty / 2;
}

/** Gradient [P] and Hessian [P, P] (lower triangle) of the loss; P = classes * (D + 1). */
function derivatives(
  model: LogisticModel,
  { rows, labels }: LabelledRows,
  ridge: number,
): { gradient: Float64Array; hessian: Float64Array } {
  const width = rows.width + 1;
  const size = model.classes * width;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const p = new Float64Array(model.classes);
  const x = new Float64Array(width).fill(1);
  for (let i = 0; i < rows.frames; i++) {
    probabilities(model, rows.data, i * rows.width, rows.width, p);
    for (let d = 0; d < rows.width; d++) x[d] = rows.data[i * rows.width + d]!;
    for (let c = 0; c < model.classes; c++) {
      const residual = (p[c]! - (labels[i] === c ? 1 : 0)) / rows.frames;
      for (let d = 0; d < width; d++) gradient[c * width + d]! += residual * x[d]!;
      for (let e = 0; e <= c; e++)
        addBlock(hessian, size, c * width, e * width, x, (p[c]! * ((c === e ? 1 : 0) - p[e]!)) / rows.frames);
    }
  }
  for (let i = 0; i < size; i++) {
    const penalty = i % width === width - 1 ? INTERCEPT_RIDGE : ridge;
    gradient[i]! += penalty * model.weights[i]!;
    hessian[i * size + i]! += penalty;
  }
  mirrorBlocks(hessian, model.classes, width);
  return { gradient, hessian };
}

/** Adds `factor` x x^T to the lower triangle of the block at (row, column). */
function addBlock(
  hessian: Float64Array,
  size: number,
  row: number,
  column: number,
  x: Float64Array,
  factor: number,
): void {
  for (let d = 0; d < x.length; d++) {
    const scaled = factor * x[d]!;
    const at = (row + d) * size + column;
    for (let e = 0; e <= d; e++) hessian[at + e]! += scaled * x[e]!;
  }
}

/** Blocks off the diagonal are symmetric: fills their upper triangles. */
function mirrorBlocks(hessian: Float64Array, classes: number, width: number): void {
  const size = classes * width;
  for (let c = 0; c < classes; c++) {
    for (let e = 0; e < c; e++) {
      for (let d = 0; d < width; d++) {
        for (let f = 0; f < d; f++) {
          hessian[(c * width + f) * size + e * width + d] = hessian[(c * width + d) * size + e * width + f]!;
        }
      }
    }
  }
}

/**
 * Fits `classes` classes. The loss is (1/N) sum -log p + ridge/2 |W|^2 without the intercepts.
 * @throws Error without rows, or when labels and rows differ in number
 */
export function fitLogistic(data: LabelledRows, classes: number, ridge: number): LogisticModel {
  const { rows, labels } = data;
  if (rows.frames === 0 || labels.length !== rows.frames) {
    throw new Error(
      `Expected as many labels as rows and at least one, got ${labels.length} and ${rows.frames}`,
    );
  }
  let model: LogisticModel = { classes, weights: new Float64Array(classes * (rows.width + 1)) };
  let loss = lossOf(model, data, ridge);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { gradient, hessian } = derivatives(model, data, ridge);
    const step = gradient.slice();
    solvePositive(hessian, step);
    const decrement = step.reduce((sum, s, i) => sum + s * gradient[i]!, 0);
    if (decrement < TOLERANCE) break;
    // Halved until the loss falls: far from the optimum a whole Newton step may overshoot.
    for (let scale = 1; scale > 1e-4; scale /= 2) {
      const next = { classes, weights: model.weights.map((w, i) => w - scale * step[i]!) };
      const nextLoss = lossOf(next, data, ridge);
      if (nextLoss > loss) continue;
      model = next;
      loss = nextLoss;
      break;
    }
  }
  return model;
}

/** Likeliest class of every row [N]. */
export function classify(model: LogisticModel, rows: FrameMatrix): Uint8Array {
  const p = new Float64Array(model.classes);
  return Uint8Array.from({ length: rows.frames }, (_, i) => {
    probabilities(model, rows.data, i * rows.width, rows.width, p);
    return p.indexOf(Math.max(...p));
  });
}
