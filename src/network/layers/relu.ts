import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** y = max(0, x), elementwise; the derivative at 0 is 0. */
export class ReLU extends Elementwise {
  override config(): LayerConfig {
    return { type: "relu" };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    kernels.reluForward(n, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    kernels.reluBackward(n, xPtr, gradOutputPtr, gradInputPtr);
  }
}
