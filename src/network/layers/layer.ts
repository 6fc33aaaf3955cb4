/** The contract of a layer: what the network calls, and what a custom layer has to write. */

import type { Engine } from "../../create-engine.js";
import type { Matrix } from "../../engine/matrix.js";
import type { DirectStep, Parameter, State } from "../parameter.js";

/** A built-in layer as a model file has it: its type and its options. */
export interface LayerConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean;
}

/**
 * A building block: `output = forward(input)`, and `gradInput = backward(input, gradOutput)`, which also hands over the
 * gradient of the layer's own parameters, if it has any. This base class is the identity.
 *
 * To write a layer, override `forward` and `backward` (`forward` alone if it is never trained), and `attach` where buffers or
 * parameters are needed or the width changes. Results may be kept in a `MatrixBuffer`: they are valid until the next call.
 */
export class Layer {
  /** Whether `forward` and `learn` take a `CsrMatrix`; if not, the network expands it for a first layer. */
  readonly takesSparse: boolean = false;
  /** Whether the pass belongs to training or to evaluation; set by the network. */
  training = false;

  /**
   * Called once by the network, before any other method: the place to allocate.
   *
   * @param inputs columns of the input; undefined for a first layer that has not said how many it expects
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
   * ∂loss/∂input [batch, inputs] from `gradOutput` = ∂loss/∂output [batch, outputs], by the chain rule. `input` is what
   * `forward` was last called with. The gradient of each parameter goes to its `destination`, or to `addGradient`, after
   * the values were last read.
   *
   * @param _step given under plain gradient descent. A layer that hands it on to `destination` or `addGradient` moves its
   * parameters at once and keeps no gradient; of one that does not, the optimizer takes the step afterwards
   * @throws TypeError where `forward` is overridden and this is not
   */
  backward(_input: Matrix, gradOutput: Matrix, _step?: DirectStep): Matrix {
    if (this.forward === Layer.prototype.forward) return gradOutput;
    const identity = "where the gradient passes unchanged, write `backward(_, gradOutput) { return gradOutput; }`";
    throw new TypeError(`expected backward beside forward, got forward alone: ${identity}`);
  }

  /** As `backward`, for the first layer of a network, whose input gradient nobody needs. */
  learn(input: Matrix, gradOutput: Matrix, step?: DirectStep): void {
    this.backward(input, gradOutput, step);
  }

  /** The learnable arrays; none by default. */
  parameters(): readonly Parameter[] {
    return [];
  }

  /** Arrays that are not learnt by gradients but saved with the model, such as running means; none by default. */
  buffers(): readonly State[] {
    return [];
  }

  /** What a model file says of a built-in layer; undefined for one that cannot be saved. */
  config(): LayerConfig | undefined {
    return undefined;
  }

  /** Frees the layer's memory. */
  dispose(): void {}
}
