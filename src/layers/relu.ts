import type { Engine } from "../engine.js";
import { checkSameShape, type Matrix, MatrixBuffer } from "../matrix.js";
import type { Kernels } from "../wasm/kernels.js";
import { Layer, type LayerConfig } from "./layer.js";

/** y = max(0, x), elementwise; the derivative at 0 is 0. */
export class ReLU extends Layer {
  #kernels!: Kernels;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    this.#kernels = engine.kernels;
    this.#output = new MatrixBuffer(engine.memory);
    this.#gradInput = new MatrixBuffer(engine.memory);
    return inputs;
  }

  override forward(input: Matrix): Matrix {
    const output = this.#output.shaped(input.rows, input.columns);
    this.#kernels.reluForward(input.rows * input.columns, input.pointer, output.pointer);
    return output;
  }

  /** gradInput = gradOutput where input > 0, else 0. */
  override backward(input: Matrix, gradOutput: Matrix): Matrix {
    checkSameShape("ReLU: gradOutput", input, gradOutput);
    const gradInput = this.#gradInput.shaped(input.rows, input.columns);
    this.#kernels.reluBackward(input.rows * input.columns, input.pointer, gradOutput.pointer, gradInput.pointer);
    return gradInput;
  }

  override config(): LayerConfig {
    return { type: "relu" };
  }

  override dispose(): void {
    this.#output?.dispose();
    this.#gradInput?.dispose();
  }
}
