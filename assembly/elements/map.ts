// The loops of elementwise functions. F is a class without fields whose methods `value` and `derivative` take four lanes of x
// and a parameter. They are inlined, so each function gets its own loops.

import { loadLanes, storeLanes } from "../runtime/lanes";

/** Four lanes of a function and of its derivative. */
export interface ElementFunction {
  value(x: v128, parameter: v128): v128;
  derivative(x: v128, parameter: v128): v128;
}

/** y ← F(x), n elements. y may be x. */
@inline
export function mapForward<F extends ElementFunction>(n: i32, parameter: f32, x: usize, y: usize): void {
  const parameters = f32x4.splat(parameter);
  // One body for whole vectors and the remainder keeps the binary small: the functions are long.
  for (let i = 0, whole = false; i < n; i += whole ? 4 : 1) {
    whole = i + 4 <= n;
    const at = <usize>i << 2;
    storeLanes(y + at, changetype<F>(<usize>0).value(loadLanes(x + at, whole), parameters), whole);
  }
}

/** gradInput ← gradOutput·F′(x), n elements. gradInput may be gradOutput. */
@inline
export function mapBackward<F extends ElementFunction>(n: i32, parameter: f32, x: usize, gradOutput: usize, gradInput: usize): void {
  const parameters = f32x4.splat(parameter);
  for (let i = 0, whole = false; i < n; i += whole ? 4 : 1) {
    whole = i + 4 <= n;
    const at = <usize>i << 2;
    const derivative = changetype<F>(<usize>0).derivative(loadLanes(x + at, whole), parameters);
    storeLanes(gradInput + at, f32x4.mul(loadLanes(gradOutput + at, whole), derivative), whole);
  }
}
