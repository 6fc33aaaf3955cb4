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

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
