import { checkChoice, checkOptions, type OptionNames } from "../../checks/check-options.js";
import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** Options of a GELU layer. */
export interface GELUOptions {
  /** `tanh`: ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as GPT-2 has it. Default `none`, the exact function. As in PyTorch. */
  readonly approximate?: "none" | "tanh";
}

const OPTIONS: OptionNames<GELUOptions> = { approximate: true };

/** y = x·Φ(x), elementwise, Φ the distribution function of the standard normal. Hendrycks and Gimpel 2016. */
export class GELU extends Elementwise {
  readonly approximate: "none" | "tanh";

  /** @throws TypeError for unknown options, TypeError, RangeError for an unknown approximation */
  constructor(options: GELUOptions = {}) {
    super();
    checkOptions("GELU", options, OPTIONS);
    const { approximate = "none" } = options;
    checkChoice("GELU: approximate", approximate, ["none", "tanh"]);
    this.approximate = approximate;
  }

  override config(): LayerConfig {
    return { type: "gelu", approximate: this.approximate };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    if (this.approximate === "tanh") kernels.geluTanhForward(n, xPtr, yPtr);
    else kernels.geluForward(n, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    if (this.approximate === "tanh") kernels.geluTanhBackward(n, xPtr, gradOutputPtr, gradInputPtr);
    else kernels.geluBackward(n, xPtr, gradOutputPtr, gradInputPtr);
  }
}
