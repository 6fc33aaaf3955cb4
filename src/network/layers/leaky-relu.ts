import { ANY_NUMBER, checkNumber, checkOptions, type OptionNames } from "../../checks/check-options.js";
import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Elementwise } from "./elementwise.js";
import type { LayerConfig } from "./layer.js";

/** Options of a LeakyReLU layer. */
export interface LeakyReLUOptions {
  /** Default 0.01, as in PyTorch. */
  readonly negativeSlope?: number;
}

const OPTIONS: OptionNames<LeakyReLUOptions> = { negativeSlope: true };

/** y = x where x > 0, else negativeSlope·x, elementwise; the derivative at 0 is negativeSlope, as in PyTorch. */
export class LeakyReLU extends Elementwise {
  readonly negativeSlope: number;

  /** @throws TypeError for unknown options and what is no number, RangeError for a slope that is not finite */
  constructor(options: LeakyReLUOptions = {}) {
    super();
    checkOptions("LeakyReLU", options, OPTIONS);
    const { negativeSlope = 0.01 } = options;
    checkNumber("LeakyReLU: negativeSlope", negativeSlope, ANY_NUMBER);
    this.negativeSlope = negativeSlope;
  }

  override config(): LayerConfig {
    return { type: "leakyRelu", negativeSlope: this.negativeSlope };
  }

  protected override compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void {
    kernels.leakyReluForward(n, this.negativeSlope, xPtr, yPtr);
  }

  protected override differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void {
    kernels.leakyReluBackward(n, this.negativeSlope, xPtr, gradOutputPtr, gradInputPtr);
  }
}
