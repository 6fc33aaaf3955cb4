// Checks that a host makes on arrays before it relies on them: one pass over the data at the speed of memory.

import { sum } from "./rows/reduce";

/** The index of the first of n floats that is outside [least, most] or NaN; −1 if there is none. */
export function firstOutside(n: i32, least: f32, most: f32, x: usize): i32 {
  const low = f32x4.splat(least);
  const high = f32x4.splat(most);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const value = v128.load(x + (<usize>i << 2));
    if (!i32x4.all_true(v128.and(f32x4.ge(value, low), f32x4.le(value, high)))) break;
  }
  for (; i < n; ++i) {
    const value = load<f32>(x + (<usize>i << 2));
    if (!(value >= least && value <= most)) return i;
  }
  return -1;
}

/**
 * The first of m rows of n floats that is not a distribution: an element is outside [0, 1 + tolerance], or their sum is not
 * within `tolerance` of 1. −1 if there is none. The sum is in double precision.
 */
export function firstUnnormalized(m: i32, n: i32, tolerance: f64, x: usize): i32 {
  for (let i = 0; i < m; ++i) {
    if (firstOutside(n, 0, <f32>(1 + tolerance), x) >= 0) return i;
    if (!(Math.abs(sum(n, x) - 1) <= tolerance)) return i;
    x += <usize>n << 2;
  }
  return -1;
}

/**
 * labels[i] ← x[i] as a 32-bit integer, up to the first of n floats that is not an integer in [0, classes). Returns its index, or
 * −1 if there is none. `labels` may be x, or 0 to store nothing.
 */
export function labelsFromFloats(n: i32, classes: i32, x: usize, labels: usize): i32 {
  for (let i = 0; i < n; ++i) {
    const at = <usize>i << 2;
    const value = load<f32>(x + at);
    if (!(value >= 0 && value < <f32>classes && f32.floor(value) == value)) return i;
    if (labels) store<i32>(labels + at, <i32>value);
  }
  return -1;
}

/** y[i] ← labels[i] as a float, n 32-bit integers. y may be `labels`. */
export function floatsFromLabels(n: i32, labels: usize, y: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.convert_i32x4_s(v128.load(labels + at)));
  }
  for (; i < n; ++i) {
    const at = <usize>i << 2;
    store<f32>(y + at, <f32>load<i32>(labels + at));
  }
}
