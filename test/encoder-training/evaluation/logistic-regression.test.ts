import { describe, expect, it } from 'vitest';
import { solvePositive } from '../../../lib/encoder-training/evaluation/cholesky';
import { classify, fitLogistic } from '../../../lib/encoder-training/evaluation/logistic-regression';

describe('solvePositive', () => {
  it('solves a system whose solution is known', () => {
    // A = L L^T with L = [[2,0,0],[1,3,0],[-1,2,1]]; b = A [1, -2, 3]
    const a = Float64Array.of(4, 0, 0, 2, 10, 0, -2, 5, 6);
    const b = Float64Array.of(4 - 4 - 6, 2 - 20 + 15, -2 - 10 + 18);
    solvePositive(a, b);
    for (const [i, x] of [1, -2, 3].entries()) expect(b[i]).toBeCloseTo(x, 12);
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toThrow(
      'positive definite',
    );
  });
});

describe('fitLogistic', () => {
  it('gives log odds where the optimum has a closed form', () => {
    // One feature that is 0 or 1: of 10 rows with 0 three are of class 1, of 20 rows with 1 fifteen are.
    const x = [...Array(10).fill(0), ...Array(20).fill(1)];
    const labels = Uint8Array.from(x.keys(), (i) => (i < 10 ? (i < 3 ? 1 : 0) : i < 25 ? 1 : 0));
    const rows = { data: Float32Array.from(x), frames: 30, width: 1 };
    const { weights } = fitLogistic({ rows, labels }, 2, 1e-10);
    expect(weights[3]! - weights[1]!).toBeCloseTo(Math.log(3 / 7), 5);
    expect(weights[3]! + weights[2]! - weights[1]! - weights[0]!).toBeCloseTo(Math.log(15 / 5), 5);
  });

  it('finds the optimum of scikit-learn 1.7 (LogisticRegression, C = 1 / (60 * 0.01), tol 1e-12)', () => {
    const n = 60;
    const data = new Float32Array(3 * n);
    for (let i = 0; i < n; i++) {
      data[3 * i] = Math.sin(i * 1.7) + (i % 3) * 0.8;
      data[3 * i + 1] = Math.cos(i * 0.9) - (i % 3 === 1 ? 0.5 : 0);
      data[3 * i + 2] = Math.sin(i * i * 0.37);
    }
    const labels = Uint8Array.from({ length: n }, (_, i) => i % 3);
    const rows = { data, frames: n, width: 3 };
    const model = fitLogistic({ rows, labels }, 3, 0.01);
    const coefficients = [
      [-1.426133, 0.411341, -0.08895],
      [0.023145, -0.594337, -0.03009],
      [1.402988, 0.182996, 0.11904],
    ];
    const intercepts = [0.99825, 0.246505, -1.244755];
    for (let c = 0; c < 3; c++) {
      for (let d = 0; d < 3; d++) expect(model.weights[c * 4 + d]).toBeCloseTo(coefficients[c]![d]!, 4);
      expect(model.weights[c * 4 + 3]).toBeCloseTo(intercepts[c]!, 4);
    }
    const hits = classify(model, rows).filter((c, i) => c === labels[i]).length;
    expect(hits / n).toBeCloseTo(0.5667, 4);
  });

  it('refuses labels that do not belong to the rows', () => {
    const rows = { data: new Float32Array(2), frames: 2, width: 1 };
    expect(() => fitLogistic({ rows, labels: new Uint8Array(3) }, 2, 1)).toThrow('as many labels');
  });
});
