/** Affine maps of feature vectors, and the one that fits pairs best. */

/** Row-major [width + 1, width]: y = x A + c, where c is the last row. */
export interface Affine {
  readonly width: number;
  readonly matrix: Float64Array;
}

/** The map that changes nothing. */
export function identityAffine(width: number): Affine {
  const matrix = new Float64Array((width + 1) * width);
  for (let i = 0; i < width; i++) matrix[i * width + i] = 1;
  return { width, matrix };
}

/** Maps the vector at `at` of `x` into `out` at `to`. */
export function applyAffine(
  { width, matrix }: Affine,
  x: ArrayLike<number>,
  at: number,
  out: Float32Array,
  to: number,
): void {
  for (let j = 0; j < width; j++) {
    let sum = matrix[width * width + j]!;
    for (let i = 0; i < width; i++) sum += x[at + i]! * matrix[i * width + j]!;
    out[to + j] = sum;
  }
}

/** `map` followed by taking off `mean` and dividing by `deviation`, per value. */
export function thenNormalise(map: Affine, mean: Float64Array, deviation: Float64Array): Affine {
  const { width } = map;
  const matrix = map.matrix.map((v, i) => {
    const j = i % width;
    return (i >= width * width ? v - mean[j]! : v) / deviation[j]!;
  });
  return { width, matrix };
}

/** Solves G X = R in place of R [n, m] for a symmetric positive definite G [n, n], by Cholesky's method. */
function solvePositive(G: Float64Array, R: Float64Array, n: number, m: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = G[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= G[i * n + k]! * G[j * n + k]!;
      G[i * n + j] = i === j ? Math.sqrt(sum) : sum / G[j * n + j]!;
    }
  }
  for (let c = 0; c < m; c++) {
    for (let i = 0; i < n; i++) {
      let sum = R[i * m + c]!;
      for (let k = 0; k < i; k++) sum -= G[i * n + k]! * R[k * m + c]!;
      R[i * m + c] = sum / G[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = R[i * m + c]!;
      for (let k = i + 1; k < n; k++) sum -= G[k * n + i]! * R[k * m + c]!;
      R[i * m + c] = sum / G[i * n + i]!;
    }
  }
}

/**
 * The map from rows of `x` to rows of `y` (both [pairs, width]) with the least squares, drawn towards the identity by
 * `ridge` times the number of pairs.
 */
export function fitAffine(x: Float32Array, y: Float32Array, width: number, ridge: number): Affine {
  const n = width + 1;
  const pairs = x.length / width;
  const gram = new Float64Array(n * n);
  const moments = new Float64Array(n * width);
  const row = new Float64Array(n).fill(1);
  for (let p = 0; p < pairs; p++) {
    for (let i = 0; i < width; i++) row[i] = x[p * width + i]!;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) gram[i * n + j]! += row[i]! * row[j]!;
      for (let j = 0; j < width; j++) moments[i * width + j]! += row[i]! * (y[p * width + j]! - row[j]!);
    }
  }
  for (let i = 0; i < n; i++) gram[i * n + i]! += ridge * pairs;
  solvePositive(gram, moments, n, width);
  const { matrix } = identityAffine(width);
  return { width, matrix: moments.map((v, i) => v + matrix[i]!) };
}
