/** The contract of a layer: what the network calls and a custom layer implements. */

import type { Engine } from "../../create-engine.js";
import type { Matrix } from "../../engine/matrix.js";
import type { DirectStep, Parameter, State } from "../parameter.js";

/** A built-in layer in a model file: its type and its options. */
export interface LayerConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean;
}

/**
 * A building block: `output = forward(input)` and `gradInput = backward(input, gradOutput)`, which also adds the gradients of
 * the layer's parameters, if any. This base class is the identity.
 *
 * To write a layer, override `forward` and `backward` (only `forward` if it is never trained). Override `attach` if it needs
 * buffers or parameters or changes the width. Keep results in a `MatrixBuffer`: they stay valid until the next call.
 */
export class Layer {
  /** Whether `forward` and `learn` take a `CsrMatrix`. If not, the network expands it for a first layer. */
  readonly takesSparse: boolean = false;
  /** Whether the pass is for training or for evaluation. The network sets it. */
  training = false;

  /**
   * The network calls this once, before any other method. Allocate here.
   *
   * @param inputs columns of the input; undefined for a first layer that does not declare them
   * @returns columns of the output, undefined if they are not known
   */
  attach(_engine: Engine, inputs: number | undefined): number | undefined {
    return inputs;
  }

  /** Output [batch, outputs] for input [batch, inputs]. */
  forward(input: Matrix): Matrix {
    return input;
  }

  /**
   * Computes ∂loss/∂input [batch, inputs] from `gradOutput` = ∂loss/∂output [batch, outputs] by the chain rule. `input` is the
   * last input of `forward`. Write each parameter's gradient to its `destination`, or pass it to `addGradient`, after you have
   * read the parameter for the last time.
   *
   * @param _step is set under plain gradient descent. If the layer passes it to `destination` or `addGradient`, its parameters
   * move at once and keep no gradient; otherwise the optimizer takes the step later
   * @throws TypeError if `forward` is overridden and this is not
   */
  backward(_input: Matrix, gradOutput: Matrix, _step?: DirectStep): Matrix {
    if (this.forward === Layer.prototype.forward) return gradOutput;
    const identity = "where the gradient passes unchanged, write `backward(_, gradOutput) { return gradOutput; }`";
    throw new TypeError(`expected backward beside forward, got forward alone: ${identity}`);
  }

  /** `backward` for the first layer of a network, whose input gradient is not needed. */
  learn(input: Matrix, gradOutput: Matrix, step?: DirectStep): void {
    this.backward(input, gradOutput, step);
  }

  /** The learnable arrays; none by default. */
  parameters(): readonly Parameter[] {
    return [];
  }

  /** Arrays that are saved with the model but not learned by gradients, such as running means; none by default. */
  buffers(): readonly State[] {
    return [];
  }

  /** A built-in layer for a model file; undefined for a layer that cannot be saved. */
  config(): LayerConfig | undefined {
    return undefined;
  }

  /** Frees the layer's memory. */
  dispose(): void {}
}
