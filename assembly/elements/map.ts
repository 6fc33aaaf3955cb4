// The loops of elementwise functions. F is a class without fields whose methods `value` and `derivative` take four lanes of x
// and a parameter: they are inlined, so that each function has loops of its own.

import { loadLanes, storeLanes } from "../runtime/lanes";

/** y ← F(x), n elements. y may be x. */
// @ts-ignore: decorator
@inline
export function mapForward<F>(n: i32, parameter: f32, x: usize, y: usize): void {
  const parameters = f32x4.splat(parameter);
  // One body for whole vectors and the rest keeps the binary small: the functions' bodies are long.
  for (let i = 0, whole = false; i < n; i += whole ? 4 : 1) {
    whole = i + 4 <= n;
    const at = <usize>i << 2;
    storeLanes(y + at, changetype<F>(<usize>0).value(loadLanes(x + at, whole), parameters), whole);
  }
}

/** gradInput ← gradOutput·F′(x), n elements. gradInput may be gradOutput. */
// @ts-ignore: decorator
@inline
export function mapBackward<F>(n: i32, parameter: f32, x: usize, gradOutput: usize, gradInput: usize): void {
  const parameters = f32x4.splat(parameter);
  for (let i = 0, whole = false; i < n; i += whole ? 4 : 1) {
    whole = i + 4 <= n;
    const at = <usize>i << 2;
    const derivative = changetype<F>(<usize>0).derivative(loadLanes(x + at, whole), parameters);
    storeLanes(gradInput + at, f32x4.mul(loadLanes(gradOutput + at, whole), derivative), whole);
  }
}
