/** The contract of a layer: what the network calls, and what one needs to write to add a layer of one's own. */

import type { Engine } from "../engine.js";
import type { Matrix } from "../matrix.js";

/** A learnable array of a layer. */
export interface Parameter {
  /** `weights`, `biases`, … */
  readonly name: string;
  readonly shape: readonly number[];
  /** A copy of the values, row by row. */
  toArray(): Float32Array;
  /** Sets the values. @throws ShapeError for a wrong length */
  set(values: ArrayLike<number>): void;
}

/**
 * A building block: `output = forward(input)`, and `gradInput = backward(input, gradOutput)`, which also moves the layer's
 * own parameters, if it has any, one step against their gradient. This base class is the identity.
 *
 * To write a layer, override `forward` and `backward`, and `attach` where buffers are needed or the width changes. Results
 * may be kept in a `MatrixBuffer`: they are valid until the next call.
 */
export class Layer {
  /** Whether `forward` and `learn` take a `CsrMatrix`; if not, the network expands it for a first layer. */
  readonly takesSparse: boolean = false;

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
   * ∂loss/∂input [batch, inputs] from `gradOutput` = ∂loss/∂output [batch, outputs], by the chain rule, and one gradient
   * step on the parameters. `input` is what `forward` was last called with.
   */
  backward(_input: Matrix, gradOutput: Matrix): Matrix {
    return gradOutput;
  }

  /** As `backward`, for the first layer of a network, whose input gradient nobody needs. */
  learn(input: Matrix, gradOutput: Matrix): void {
    this.backward(input, gradOutput);
  }

  /** The learnable arrays; none by default. */
  parameters(): readonly Parameter[] {
    return [];
  }

  /** Frees the layer's memory. */
  dispose(): void {}
}
