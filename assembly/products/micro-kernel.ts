// The micro-kernel: computes one tile of C in registers over all of k. One source serves every tile size: a strategy class
// gives rows and width as compile-time constants, so the compiler removes rows and columns that a tile does not have.

import { multiplyAdd } from "../runtime/lanes";

/** Sizes and strides that all tiles of a product share. Strides are bytes. */
@unmanaged
export class Strides {
  /** Terms of the sum. */
  k: i32;
  /** Strides of A: between rows, and between the scalars of a row. */
  aRow: usize; aStep: usize;
  /** Strides of B: between the rows of a panel, and between panels. */
  bStep: usize; bPanel: usize;
  /** Strides of C and of the addend D: between rows, and between panels. */
  cRow: usize; cPanel: usize; dRow: usize; dPanel: usize;
  alpha: f32;
}

/** scale·acc + addend for the eight columns of one row. V8 can pair the two halves into one 256-bit operation. */
@inline
function storeHalf(c: usize, addend: usize, scale: v128, left: v128, right: v128): void {
  const d0 = v128.load(addend);
  const d1 = v128.load(addend, 16);
  v128.store(c, multiplyAdd(scale, left, d0));
  v128.store(c, multiplyAdd(scale, right, d1), 16);
}

/** Sizes of a tile: compile-time constants. */
interface Tile { readonly rows: i32; readonly wide: bool; }

/**
 * C ← alpha·A·B + D for one tile of `rows` × 8 (or 16) elements. Each element is one chain of multiply-adds in the order of
 * k, so every tile size gives the same bits.
 *
 * A is read one scalar at a time at a + row·aRow + k·aStep; B eight floats at a time at b + k·bStep (a wide tile's right
 * half at b + bPanel + …); C and D eight floats at a time. D may be C itself (β = 1), a bias (dRow = 0) or a block of zeros
 * (dRow = 0).
 */
function microKernel<TILE extends Tile>(strides: Strides, a: usize, b: usize, c: usize, d: usize): void {
  const rows = changetype<TILE>(<usize>0).rows;
  const wide = changetype<TILE>(<usize>0).wide;
  const zero = f32x4.splat(0);
  // Reads only what the tile uses: the compiler removes no load, because a load can trap.
  const aStep = strides.aStep, bStep = strides.bStep;
  const aRow = rows > 1 ? strides.aRow : 0;
  let bRight = wide ? b + strides.bPanel : 0;
  let a0 = a;
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let a4 = a3 + aRow;
  let a5 = a4 + aRow;
  let c00 = zero, c01 = zero, c02 = zero, c03 = zero;
  let c10 = zero, c11 = zero, c12 = zero, c13 = zero;
  let c20 = zero, c21 = zero, c22 = zero, c23 = zero;
  let c30 = zero, c31 = zero, c32 = zero, c33 = zero;
  let c40 = zero, c41 = zero, c42 = zero, c43 = zero;
  let c50 = zero, c51 = zero, c52 = zero, c53 = zero;

  for (let k = strides.k; k > 0; --k) {
    const b_0 = v128.load(b);
    const b_1 = v128.load(b, 16);
    const b_2 = wide ? v128.load(bRight) : zero;
    const b_3 = wide ? v128.load(bRight, 16) : zero;
    const x0 = v128.load32_splat(a0);
    c00 = multiplyAdd(x0, b_0, c00);
    c01 = multiplyAdd(x0, b_1, c01);
    if (wide) {
      c02 = multiplyAdd(x0, b_2, c02);
      c03 = multiplyAdd(x0, b_3, c03);
    }
    a0 += aStep;
    if (rows > 1) {
      const x1 = v128.load32_splat(a1);
      c10 = multiplyAdd(x1, b_0, c10);
      c11 = multiplyAdd(x1, b_1, c11);
      if (wide) {
        c12 = multiplyAdd(x1, b_2, c12);
        c13 = multiplyAdd(x1, b_3, c13);
      }
      a1 += aStep;
    }
    if (rows > 2) {
      const x2 = v128.load32_splat(a2);
      c20 = multiplyAdd(x2, b_0, c20);
      c21 = multiplyAdd(x2, b_1, c21);
      if (wide) {
        c22 = multiplyAdd(x2, b_2, c22);
        c23 = multiplyAdd(x2, b_3, c23);
      }
      a2 += aStep;
    }
    if (rows > 3) {
      const x3 = v128.load32_splat(a3);
      c30 = multiplyAdd(x3, b_0, c30);
      c31 = multiplyAdd(x3, b_1, c31);
      if (wide) {
        c32 = multiplyAdd(x3, b_2, c32);
        c33 = multiplyAdd(x3, b_3, c33);
      }
      a3 += aStep;
    }
    if (rows > 4) {
      const x4 = v128.load32_splat(a4);
      c40 = multiplyAdd(x4, b_0, c40);
      c41 = multiplyAdd(x4, b_1, c41);
      if (wide) {
        c42 = multiplyAdd(x4, b_2, c42);
        c43 = multiplyAdd(x4, b_3, c43);
      }
      a4 += aStep;
    }
    if (rows > 5) {
      const x5 = v128.load32_splat(a5);
      c50 = multiplyAdd(x5, b_0, c50);
      c51 = multiplyAdd(x5, b_1, c51);
      if (wide) {
        c52 = multiplyAdd(x5, b_2, c52);
        c53 = multiplyAdd(x5, b_3, c53);
      }
      a5 += aStep;
    }
    b += bStep;
    if (wide) bRight += bStep;
  }

  const scale = f32x4.splat(strides.alpha);
  const cRow = rows > 1 ? strides.cRow : 0, cRight = wide ? strides.cPanel : 0;
  const dRow = rows > 1 ? strides.dRow : 0, dRight = wide ? strides.dPanel : 0;
  storeHalf(c, d, scale, c00, c01);
  if (wide) storeHalf(c + cRight, d + dRight, scale, c02, c03);
  if (rows > 1) {
    c += cRow;
    d += dRow;
    storeHalf(c, d, scale, c10, c11);
    if (wide) storeHalf(c + cRight, d + dRight, scale, c12, c13);
  }
  if (rows > 2) {
    c += cRow;
    d += dRow;
    storeHalf(c, d, scale, c20, c21);
    if (wide) storeHalf(c + cRight, d + dRight, scale, c22, c23);
  }
  if (rows > 3) {
    c += cRow;
    d += dRow;
    storeHalf(c, d, scale, c30, c31);
    if (wide) storeHalf(c + cRight, d + dRight, scale, c32, c33);
  }
  if (rows > 4) {
    c += cRow;
    d += dRow;
    storeHalf(c, d, scale, c40, c41);
    if (wide) storeHalf(c + cRight, d + dRight, scale, c42, c43);
  }
  if (rows > 5) {
    c += cRow;
    d += dRow;
    storeHalf(c, d, scale, c50, c51);
    if (wide) storeHalf(c + cRight, d + dRight, scale, c52, c53);
  }
}

@unmanaged @final class Tile1x8 { @inline get rows(): i32 { return 1; } @inline get wide(): bool { return false; } }
@unmanaged @final class Tile2x8 { @inline get rows(): i32 { return 2; } @inline get wide(): bool { return false; } }
@unmanaged @final class Tile3x8 { @inline get rows(): i32 { return 3; } @inline get wide(): bool { return false; } }
@unmanaged @final class Tile4x8 { @inline get rows(): i32 { return 4; } @inline get wide(): bool { return false; } }
@unmanaged @final class Tile5x8 { @inline get rows(): i32 { return 5; } @inline get wide(): bool { return false; } }
@unmanaged @final class Tile6x8 { @inline get rows(): i32 { return 6; } @inline get wide(): bool { return false; } }
@unmanaged @final class Tile1x16 { @inline get rows(): i32 { return 1; } @inline get wide(): bool { return true; } }
@unmanaged @final class Tile2x16 { @inline get rows(): i32 { return 2; } @inline get wide(): bool { return true; } }
@unmanaged @final class Tile3x16 { @inline get rows(): i32 { return 3; } @inline get wide(): bool { return true; } }
@unmanaged @final class Tile4x16 { @inline get rows(): i32 { return 4; } @inline get wide(): bool { return true; } }

/**
 * Runs the micro-kernel on a tile of up to MR_WIDE `rows` of 16 columns if `wide`, else of up to MR rows of 8.
 *
 * Inlined into its two callers. So each micro-kernel has two callers, and the compiler does not inline it: as a separate
 * function with a single loop it has all registers, and V8 can widen its vectors to 256 bits.
 */
@inline
export function multiplyTile(rows: i32, wide: bool, strides: Strides, a: usize, b: usize, c: usize, d: usize): void {
  if (wide) {
    switch (rows) {
      case 1: return microKernel<Tile1x16>(strides, a, b, c, d);
      case 2: return microKernel<Tile2x16>(strides, a, b, c, d);
      case 3: return microKernel<Tile3x16>(strides, a, b, c, d);
      default: return microKernel<Tile4x16>(strides, a, b, c, d);
    }
  }
  switch (rows) {
    case 1: return microKernel<Tile1x8>(strides, a, b, c, d);
    case 2: return microKernel<Tile2x8>(strides, a, b, c, d);
    case 3: return microKernel<Tile3x8>(strides, a, b, c, d);
    case 4: return microKernel<Tile4x8>(strides, a, b, c, d);
    case 5: return microKernel<Tile5x8>(strides, a, b, c, d);
    default: return microKernel<Tile6x8>(strides, a, b, c, d);
  }
}
