import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** y = 1 / (1 + e⁻ˣ), elementwise. In front of a cross-entropy leave it out: `BinaryCrossEntropy` takes logits. */
export class Sigmoid extends Elementwise {
  override config(): LayerConfig {
    return { type: "sigmoid" };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    kernels.sigmoidForward(n, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    kernels.sigmoidBackward(n, xPtr, gradOutputPtr, gradInputPtr);
  }
}
