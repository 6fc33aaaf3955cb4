import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** y = x / (1 + e⁻ˣ), elementwise; also called swish. Elfwing et al. 2017. */
export class SiLU extends Elementwise {
  override config(): LayerConfig {
    return { type: "silu" };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    kernels.siluForward(n, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    kernels.siluBackward(n, xPtr, gradOutputPtr, gradInputPtr);
  }
}
