// The speed limit that benchmarks compare the matrix product with.

import { multiplyAdd } from "./lanes";

/** Runs 12 independent chains of n four-lane multiply-adds in registers: 96·n floating-point operations. x: 64 floats. */
export function multiplyAddPeak(n: i32, x: usize): void {
  const factor = v128.load(x);
  const addend = v128.load(x, 16);
  let c0 = v128.load(x, 32), c1 = v128.load(x, 48), c2 = v128.load(x, 64), c3 = v128.load(x, 80);
  let c4 = v128.load(x, 96), c5 = v128.load(x, 112), c6 = v128.load(x, 128), c7 = v128.load(x, 144);
  let c8 = v128.load(x, 160), c9 = v128.load(x, 176), c10 = v128.load(x, 192), c11 = v128.load(x, 208);
  for (; n > 0; --n) {
    c0 = multiplyAdd(c0, factor, addend);
    c1 = multiplyAdd(c1, factor, addend);
    c2 = multiplyAdd(c2, factor, addend);
    c3 = multiplyAdd(c3, factor, addend);
    c4 = multiplyAdd(c4, factor, addend);
    c5 = multiplyAdd(c5, factor, addend);
    c6 = multiplyAdd(c6, factor, addend);
    c7 = multiplyAdd(c7, factor, addend);
    c8 = multiplyAdd(c8, factor, addend);
    c9 = multiplyAdd(c9, factor, addend);
    c10 = multiplyAdd(c10, factor, addend);
    c11 = multiplyAdd(c11, factor, addend);
  }
  const left = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  const right = f32x4.add(f32x4.add(f32x4.add(c6, c7), f32x4.add(c8, c9)), f32x4.add(c10, c11));
  v128.store(x, f32x4.add(left, right), 224);
}
