// B ← Aᵀ in blocks of 4 × 4: four loads, eight shuffles, four stores.

/** B[n × m] ← A[m × n]ᵀ, leading dimensions lda ≥ n, ldb ≥ m in elements. A and B must not overlap. */
export function transpose(m: i32, n: i32, a: usize, lda: i32, b: usize, ldb: i32): void {
  const aRow = <usize>lda << 2;
  const bRow = <usize>ldb << 2;
  const rows = m & ~3;
  const columns = n & ~3;
  for (let row = 0; row < rows; row += 4) {
    let source = a + <usize>row * aRow;
    let target = b + (<usize>row << 2);
    for (let column = 0; column < columns; column += 4) {
      transposeBlock(source, aRow, target, bRow);
      source += 16;
      target += bRow << 2;
    }
  }
  transposeScalar(rows, m, 0, n, a, aRow, b, bRow);
  transposeScalar(0, rows, columns, n, a, aRow, b, bRow);
}

/** Four rows of four. */
@inline
export function transposeBlock(a: usize, aRow: usize, b: usize, bRow: usize): void {
  const r0 = v128.load(a);
  const r1 = v128.load(a + aRow);
  const r2 = v128.load(a + aRow * 2);
  const r3 = v128.load(a + aRow * 3);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(b, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(b + bRow, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(b + bRow * 2, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(b + bRow * 3, v128.shuffle<i64>(high01, high23, 1, 3));
}

function transposeScalar(
  rowBegin: i32, rowEnd: i32, columnBegin: i32, columnEnd: i32,
  a: usize, aRow: usize, b: usize, bRow: usize,
): void {
  for (let row = rowBegin; row < rowEnd; ++row) {
    for (let column = columnBegin; column < columnEnd; ++column) {
      const value = load<f32>(a + <usize>row * aRow + (<usize>column << 2));
      store<f32>(b + <usize>column * bRow + (<usize>row << 2), value);
    }
  }
}
