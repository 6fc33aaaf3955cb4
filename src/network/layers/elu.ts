import { ANY_NUMBER, checkNumber, checkOptions, type OptionNames } from "../../checks/check-options.js";
import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** Options of a ELU layer. */
export interface ELUOptions {
  /** Default 1. */
  readonly alpha?: number;
}

const OPTIONS: OptionNames<ELUOptions> = { alpha: true };

/** y = x where x > 0, else alpha·(eˣ − 1), elementwise. Clevert et al. 2016; the derivative at 0 is alpha, as in PyTorch. */
export class ELU extends Elementwise {
  readonly alpha: number;

  /** @throws TypeError for unknown options and what is no number, RangeError for an alpha that is not finite */
  constructor(options: ELUOptions = {}) {
    super();
    checkOptions("ELU", options, OPTIONS);
    const { alpha = 1 } = options;
    checkNumber("ELU: alpha", alpha, ANY_NUMBER);
    this.alpha = alpha;
  }

  override config(): LayerConfig {
    return { type: "elu", alpha: this.alpha };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    kernels.eluForward(n, this.alpha, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    kernels.eluBackward(n, this.alpha, xPtr, gradOutputPtr, gradInputPtr);
  }
}
