// Gathers rows by index: a minibatch from a data set.

/** Y[i, :] ← X[indices[i], :]; m rows of n floats. Indices are trusted. */
export function gatherRows(m: i32, n: i32, indices: usize, x: usize, y: usize): void {
  const row = <usize>n << 2;
  for (let i = 0; i < m; ++i) {
    memory.copy(y, x + <usize>load<u32>(indices) * row, row);
    indices += 4;
    y += row;
  }
}

/** Y[i, :] ← scale·X[indices[i], :]; m rows of n bytes become floats. Indices are trusted. */
export function gatherByteRows(m: i32, n: i32, scale: f32, indices: usize, x: usize, y: usize): void {
  const factor = f32x4.splat(scale);
  for (let i = 0; i < m; ++i) {
    let source = x + <usize>load<u32>(indices) * <usize>n;
    let j = 0;
    for (; j + 8 <= n; j += 8) {
      const words = v128.load_ext<u8>(source);
      v128.store(y, f32x4.mul(factor, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words))));
      v128.store(y, f32x4.mul(factor, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words))), 16);
      source += 8;
      y += 32;
    }
    for (; j < n; ++j) {
      store<f32>(y, scale * <f32>load<u8>(source));
      ++source;
      y += 4;
    }
    indices += 4;
  }
}
