// ReLU, forward and backward.

/** y ← max(0, x), n elements; NaN stays NaN. y may be x. */
export function reluForward(n: i32, x: usize, y: usize): void {
  const zero = f32x4.splat(0);
  const end = x + (<usize>n << 2);
  for (const last = x + (<usize>(n & ~3) << 2); x < last; x += 16) {
    // pmax(x, 0) is one instruction on x64 and keeps NaN; f32x4.max is nine.
    v128.store(y, f32x4.pmax(v128.load(x), zero));
    y += 16;
  }
  for (; x < end; x += 4) {
    v128.store32_lane(y, f32x4.pmax(v128.load32_zero(x), zero), 0);
    y += 4;
  }
}

/** gradInput ← gradOutput where x > 0, else 0; n elements. gradInput may be gradOutput. */
export function reluBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  const zero = f32x4.splat(0);
  const end = x + (<usize>n << 2);
  for (const last = x + (<usize>(n & ~3) << 2); x < last; x += 16) {
    v128.store(gradInput, v128.and(v128.load(gradOutput), f32x4.gt(v128.load(x), zero)));
    gradOutput += 16;
    gradInput += 16;
  }
  for (; x < end; x += 4) {
    store<f32>(gradInput, load<f32>(x) > 0 ? load<f32>(gradOutput) : 0);
    gradOutput += 4;
    gradInput += 4;
  }
}
