/** Naive float64 twins of the kernels. */

/** C ← β·C + α·op(A)·op(B) over row-major arrays with leading dimensions; C is changed in place. */
export function gemm(
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: ArrayLike<number>,
  lda: number,
  b: ArrayLike<number>,
  ldb: number,
  beta: number,
  c: Float64Array,
  ldc: number,
): void {
  for (let i = 0; i < m; ++i) {
    for (let j = 0; j < n; ++j) {
      let sum = 0;
      for (let l = 0; l < k; ++l) {
        sum += at(a, transposeA ? l * lda + i : i * lda + l) * at(b, transposeB ? j * ldb + l : l * ldb + j);
      }
      c[i * ldc + j] = alpha * sum + (beta === 0 ? 0 : beta * at(c, i * ldc + j));
    }
  }
}

/** Aᵀ (n × m) of A (m × n). */
export function transpose(m: number, n: number, a: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => at(a, (i % m) * n + Math.floor(i / m)));
}

/** softmax of each row. */
export function softmax(m: number, n: number, x: ArrayLike<number>): Float64Array {
  return logSoftmax(m, n, x).map(Math.exp);
}

/** log softmax of each row. */
export function logSoftmax(m: number, n: number, x: ArrayLike<number>): Float64Array {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; ++i) {
    const row = Array.from({ length: n }, (_, j) => at(x, i * n + j));
    const largest = Math.max(...row);
    const logarithm = Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    for (let j = 0; j < n; ++j) y[i * n + j] = at(row, j) - largest - logarithm;
  }
  return y;
}

/** Σᵢ G[i, :]. */
export function columnSums(m: number, n: number, g: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(n);
  for (let i = 0; i < m * n; ++i) sums[i % n] = at(sums, i % n) + at(g, i);
  return sums;
}

/** A sparse matrix: row i has the elements numbered starts[i] to ends[i] − 1. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** What is not zero of X (rows × columns), its elements numbered from `first` on. */
export function compressRows(rows: number, columns: number, x: ArrayLike<number>, first = 0): SparseRows {
  const [bounds, indices, values] = [[first], [] as number[], [] as number[]];
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < columns; ++j) {
      if (at(x, i * columns + j) === 0) continue;
      indices.push(j);
      values.push(at(x, i * columns + j));
    }
    bounds.push(first + values.length);
  }
  return {
    starts: Int32Array.from(bounds.slice(0, rows)),
    ends: Int32Array.from(bounds.slice(1)),
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

/** All elements of a sparse matrix (rows × columns), zeros included. */
export function expandRows(rows: number, columns: number, x: SparseRows): Float64Array {
  const y = new Float64Array(rows * columns);
  for (let i = 0; i < rows; ++i) {
    for (let l = at(x.starts, i); l < at(x.ends, i); ++l) y[i * columns + at(x.indices, l)] = at(x.values, l);
  }
  return y;
}

/** Y = X·W + bias for sparse X (batch × inputs). */
export function sparseForward(
  batch: number,
  inputs: number,
  outputs: number,
  x: SparseRows,
  w: ArrayLike<number>,
  bias: ArrayLike<number>,
): Float64Array {
  const y = Float64Array.from({ length: batch * outputs }, (_, i) => at(bias, i % outputs));
  gemm(false, false, batch, outputs, inputs, 1, expandRows(batch, inputs, x), inputs, w, outputs, 1, y, outputs);
  return y;
}

/** W + alpha·Xᵀ·G for sparse X (batch × inputs). */
export function sparseWeightGradient(
  batch: number,
  inputs: number,
  outputs: number,
  alpha: number,
  x: SparseRows,
  g: ArrayLike<number>,
  w: ArrayLike<number>,
): Float64Array {
  const result = Float64Array.from(w);
  const dense = expandRows(batch, inputs, x);
  gemm(true, false, inputs, outputs, batch, alpha, dense, inputs, g, outputs, 1, result, outputs);
  return result;
}

/** A dense layer's parameters: W is inputs × outputs. */
export interface ReferenceLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/**
 * One step of gradient descent of dense layers with ReLU between them, under the mean softmax cross-entropy of the batch;
 * the parameters are changed in place.
 *
 * @returns the mean loss before the step
 */
export function trainStep(
  layers: readonly ReferenceLayer[],
  x: ArrayLike<number>,
  labels: ArrayLike<number>,
  rate: number,
): number {
  const batch = labels.length;
  const inputs = [Float64Array.from(x)];
  for (const [index, { inputs: k, outputs: n, weights, biases }] of layers.entries()) {
    const y = Float64Array.from({ length: batch * n }, (_, i) => at(biases, i % n));
    gemm(false, false, batch, n, k, 1, inputs[index] as Float64Array, k, weights, n, 1, y, n);
    inputs.push(index === layers.length - 1 ? y : y.map((value) => Math.max(0, value)));
  }
  const logits = inputs.pop() as Float64Array;
  const classes = logits.length / batch;
  const logarithms = logSoftmax(batch, classes, logits);
  const isLabel = (i: number) => i % classes === at(labels, Math.floor(i / classes));
  const loss = logarithms.reduce((sum, value, i) => sum - (isLabel(i) ? value : 0), 0) / batch;
  let gradient = logarithms.map((value, i) => (Math.exp(value) - Number(isLabel(i))) / batch);
  for (const [index, { inputs: k, outputs: n, weights, biases }] of [...layers.entries()].reverse()) {
    const input = inputs[index] as Float64Array;
    const gradInput = new Float64Array(batch * k);
    if (index > 0) gemm(false, true, batch, k, n, 1, gradient, n, weights, n, 0, gradInput, k);
    gemm(true, false, k, n, batch, -rate, input, k, gradient, n, 1, weights, n);
    biases.set(columnSums(batch, n, gradient).map((value, j) => at(biases, j) - rate * value));
    gradient = gradInput.map((value, i) => (at(input, i) > 0 ? value : 0));
  }
  return loss;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

/** The first index whose value is not in [least, most]; −1 if there is none. */
export function firstOutside(x: ArrayLike<number>, least: number, most: number): number {
  return Array.from(x).findIndex((value) => !(value >= least && value <= most));
}

/** The first of m rows that has an element outside [0, 1 + tolerance], or whose sum is not within the tolerance of 1; −1 if there is none. */
export function firstUnnormalized(m: number, n: number, tolerance: number, x: ArrayLike<number>): number {
  const rows = Array.from({ length: m }, (_, i) => Array.from(x).slice(i * n, (i + 1) * n));
  return rows.findIndex((row) => {
    const sum = row.reduce((total, value) => total + value, 0);
    return firstOutside(row, 0, 1 + tolerance) >= 0 || !(Math.abs(sum - 1) <= tolerance);
  });
}

/** The integers that the floats are, up to the first that is none in [0, classes), and that one's index, −1 if there is none. */
export function labelsFromFloats(x: ArrayLike<number>, classes: number): { labels: number[]; first: number } {
  const values = Array.from(x);
  const first = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < classes));
  return { labels: first < 0 ? values : values.slice(0, first), first };
}
