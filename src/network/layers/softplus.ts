import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** y = ln(1 + eˣ), elementwise. */
export class Softplus extends Elementwise {
  override config(): LayerConfig {
    return { type: "softplus" };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    kernels.softplusForward(n, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    kernels.softplusBackward(n, xPtr, gradOutputPtr, gradInputPtr);
  }
}
