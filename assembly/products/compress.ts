// Compresses dense rows to their nonzero elements, and expands them again.

/** For each set of lanes, the byte indices that move these lanes to the front, in order. */
const FRONT: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  0, 1, 2, 3, 12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10, 11,
  4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 8, 9, 10, 11,
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 8, 9, 10, 11,
  8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 4, 5, 6, 7,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
], 16);

/**
 * Writes X (rows × columns, row-major) as a sparse matrix whose elements are numbered from `first`.
 *
 * `indices` and `values` have room for `limit` elements and three more.
 *
 * @returns the number of elements, or −1 if there are more than `limit`
 */
export function compressRows(
  rows: i32, columns: i32, x: usize, first: i32, limit: i32,
  starts: usize, ends: usize, indices: usize, values: usize,
): i32 {
  const zero = f32x4.splat(0);
  let count = 0;
  for (let row = 0; row < rows; ++row) {
    if (count + columns > limit && count + countNonZero(columns, x) > limit) return -1;
    store<i32>(starts, first + count);
    count = compressRow(columns, x, count, indices, values, zero);
    store<i32>(ends, first + count);
    x += <usize>columns << 2;
    starts += 4;
    ends += 4;
  }
  return count;
}

@inline
function compressRow(columns: i32, x: usize, count: i32, indices: usize, values: usize, zero: v128): i32 {
  let column = i32x4(0, 1, 2, 3);
  const four = i32x4.splat(4);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const value = v128.load(x);
    const lanes = i32x4.bitmask(f32x4.ne(value, zero));
    if (lanes != 0) {
      const at = <usize>count << 2;
      const front = v128.load(FRONT + (<usize>lanes << 4));
      v128.store(indices + at, i8x16.swizzle(column, front));
      v128.store(values + at, i8x16.swizzle(value, front));
      count += popcnt(lanes);
    }
    column = i32x4.add(column, four);
    x += 16;
  }
  for (; j < columns; ++j) {
    const value = load<f32>(x);
    if (value != 0) {
      const at = <usize>count << 2;
      store<i32>(indices + at, j);
      store<f32>(values + at, value);
      ++count;
    }
    x += 4;
  }
  return count;
}

/** Counts the nonzero floats of n. */
function countNonZero(n: i32, x: usize): i32 {
  const zero = f32x4.splat(0);
  let zeros = i32x4.splat(0);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    zeros = i32x4.sub(zeros, f32x4.eq(v128.load(x), zero));
    x += 16;
  }
  let count = j - (i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1)
    + i32x4.extract_lane(zeros, 2) + i32x4.extract_lane(zeros, 3));
  for (; j < n; ++j) {
    count += load<f32>(x) != 0 ? 1 : 0;
    x += 4;
  }
  return count;
}

/** Y (rows × columns, row-major) ← the sparse matrix, with its zeros. */
export function expandRows(
  rows: i32, columns: i32, starts: usize, ends: usize, indices: usize, values: usize, y: usize,
): void {
  memory.fill(y, 0, <usize>rows * <usize>columns << 2);
  for (let row = 0; row < rows; ++row) {
    const end = <usize>load<u32>(ends) << 2;
    for (let element = <usize>load<u32>(starts) << 2; element < end; element += 4) {
      store<f32>(y + (<usize>load<u32>(indices + element) << 2), load<f32>(values + element));
    }
    y += <usize>columns << 2;
    starts += 4;
    ends += 4;
  }
}
