/** The activations: each is a row and a class of that name. */

import { Activation, type ActivationRow } from "./activation.js";

const RELU = {
  name: "relu",
  title: "ReLU",
  options: {},
  kernel: "relu",
  onnx: { op: "Relu" },
} as const;

/** y = max(0, x), elementwise; the derivative at 0 is 0. */
export class ReLU extends Activation {
  constructor() {
    super(RELU);
  }
}

const LEAKY_RELU = {
  name: "leakyRelu",
  title: "Leaky ReLU",
  options: { negativeSlope: { kind: "number", default: 0.01, least: -Infinity } },
  kernel: "leakyRelu",
  parameter: "negativeSlope",
  onnx: { op: "LeakyRelu", attributes: { alpha: "negativeSlope" } },
} as const;

/** Options of a LeakyReLU layer. */
export interface LeakyReLUOptions {
  /** Default 0.01, as in PyTorch. */
  readonly negativeSlope?: number;
}

/** y = x where x > 0, else negativeSlope·x, elementwise; the derivative at 0 is negativeSlope, as in PyTorch. */
export class LeakyReLU extends Activation<(typeof LEAKY_RELU)["options"]> {
  /** @throws TypeError for unknown options and anything but a number, RangeError for a slope that is not finite */
  constructor(options: LeakyReLUOptions = {}) {
    super(LEAKY_RELU, options);
  }

  get negativeSlope(): number {
    return this.options.negativeSlope;
  }
}

const ELU_ROW = {
  name: "elu",
  title: "ELU",
  options: { alpha: { kind: "number", default: 1, least: -Infinity } },
  kernel: "elu",
  parameter: "alpha",
  onnx: { op: "Elu", attributes: { alpha: "alpha" } },
} as const;

/** Options of an ELU layer. */
export interface ELUOptions {
  /** Default 1. */
  readonly alpha?: number;
}

/** y = x where x > 0, else alpha·(eˣ − 1), elementwise. Clevert et al. 2016; the derivative at 0 is alpha, as in PyTorch. */
export class ELU extends Activation<(typeof ELU_ROW)["options"]> {
  /** @throws TypeError for unknown options and anything but a number, RangeError for an alpha that is not finite */
  constructor(options: ELUOptions = {}) {
    super(ELU_ROW, options);
  }

  get alpha(): number {
    return this.options.alpha;
  }
}

const GELU_ROW = {
  name: "gelu",
  title: "GELU",
  options: { approximate: { kind: "choice", default: "none", choices: ["none", "tanh"] } },
  kernel: { none: "gelu", tanh: "geluTanh" },
  variant: "approximate",
  onnx: {
    op: "Gelu",
    opset: 20,
    attributes: { approximate: "approximate" },
    composed: [
      {
        // x·(erf(x / √2) + 1)·½
        options: { approximate: "none" },
        steps: ["Div x 1.4142135623730951", "Erf $0", "Add $1 1", "Mul x $2", "Mul $3 0.5"],
      },
      {
        // ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
        options: { approximate: "tanh" },
        steps: [
          "Mul x x",
          "Mul x $0",
          "Mul 0.044715 $1",
          "Add x $2",
          // √(2/π)
          "Mul 0.7978845608028654 $3",
          "Tanh $4",
          "Add 1 $5",
          "Mul x $6",
          "Mul 0.5 $7",
        ],
      },
    ],
  },
} as const;

/** Options of a GELU layer. */
export interface GELUOptions {
  /** `tanh`: ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as in GPT-2. Default `none`, the exact function. As in PyTorch. */
  readonly approximate?: "none" | "tanh";
}

/** y = x·Φ(x), elementwise, Φ the distribution function of the standard normal. Hendrycks and Gimpel 2016. */
export class GELU extends Activation<(typeof GELU_ROW)["options"]> {
  /** @throws TypeError for unknown options, TypeError, RangeError for an unknown approximation */
  constructor(options: GELUOptions = {}) {
    super(GELU_ROW, options);
  }

  get approximate(): "none" | "tanh" {
    return this.options.approximate;
  }
}

const SILU = {
  name: "silu",
  title: "SiLU",
  options: {},
  kernel: "silu",
  onnx: {
    composed: [
      {
        // x·sigmoid(x)
        options: {},
        steps: ["Sigmoid x", "Mul x $0"],
      },
    ],
  },
} as const;

/** y = x / (1 + e⁻ˣ), elementwise; also called swish. Elfwing et al. 2017. */
export class SiLU extends Activation {
  constructor() {
    super(SILU);
  }
}

const SIGMOID = {
  name: "sigmoid",
  title: "Sigmoid",
  options: {},
  kernel: "sigmoid",
  onnx: { op: "Sigmoid" },
} as const;

/** y = 1 / (1 + e⁻ˣ), elementwise. Leave it out before a cross-entropy: `BinaryCrossEntropy` takes logits. */
export class Sigmoid extends Activation {
  constructor() {
    super(SIGMOID);
  }
}

const TANH = {
  name: "tanh",
  title: "Tanh",
  options: {},
  kernel: "tanh",
  onnx: { op: "Tanh" },
} as const;

/** y = tanh(x), elementwise. */
export class Tanh extends Activation {
  constructor() {
    super(TANH);
  }
}

const SOFTPLUS = {
  name: "softplus",
  title: "Softplus",
  options: {},
  kernel: "softplus",
  onnx: { op: "Softplus" },
} as const;

/** y = ln(1 + eˣ), elementwise. */
export class Softplus extends Activation {
  constructor() {
    super(SOFTPLUS);
  }
}

/** Every activation: its row and its class, in the order in which people see them. */
export const ACTIVATIONS: readonly (readonly [ActivationRow, new (options: object) => Activation])[] = [
  [RELU, ReLU],
  [LEAKY_RELU, LeakyReLU],
  [ELU_ROW, ELU],
  [GELU_ROW, GELU],
  [SILU, SiLU],
  [SIGMOID, Sigmoid],
  [TANH, Tanh],
  [SOFTPLUS, Softplus],
];
