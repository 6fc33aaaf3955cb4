// Dropout. An element's mask depends only on a key and the element's number. So it needs no memory: the backward pass computes
// it again.

import { loadLanes, storeLanes } from "../runtime/lanes";

/**
 * y ← scale·x where hash(key, i) < threshold as unsigned integers, else 0; n elements numbered i = 0, 1, …. y may be x.
 * The backward pass is the same kernel, from gradOutput to gradInput. A dropped element is 0, even if it was NaN.
 */
export function dropout(n: i32, threshold: u32, scale: f32, key: u32, key2: u32, x: usize, y: usize): void {
  const limit = i32x4.splat(threshold);
  const factor = f32x4.splat(scale);
  const first = i32x4.splat(key);
  const second = i32x4.splat(key2);
  const lanes = i32x4(0, 1, 2, 3);
  for (let i = 0, whole = false; i < n; i += whole ? 4 : 1) {
    whole = i + 4 <= n;
    const at = <usize>i << 2;
    const kept = i32x4.lt_u(hash(i32x4.add(i32x4.splat(i), lanes), first, second), limit);
    storeLanes(y + at, v128.and(f32x4.mul(loadLanes(x + at, whole), factor), kept), whole);
  }
}

/** 32 pseudorandom bits from a number and a 64-bit key: two rounds, one for each half of the key. */
@inline
function hash(index: v128, key: v128, key2: v128): v128 {
  return mix(v128.xor(mix(i32x4.add(index, key)), key2));
}

/** lowbias32 (C. Wellons 2018), a bijection: each input bit flips each output bit half the time. */
@inline
function mix(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}
