import type { Engine } from "../../create-engine.js";
import { type Matrix, MatrixBuffer } from "../../engine/matrix.js";
import type { Kernels, Pointer } from "../../wasm/kernels.js";
import { Layer } from "./layer.js";
import { checkAttach, checkGradOutput, checkInput } from "./operands.js";

/** What activation layers share: Y = f(X), gradInput = gradOutput·f′(X), elementwise, each by one kernel. */
export abstract class Elementwise extends Layer {
  #engine: Engine | undefined;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    checkAttach(this, this.#engine, engine, inputs);
    this.#engine = engine;
    this.#output = new MatrixBuffer(engine.memory);
    this.#gradInput = new MatrixBuffer(engine.memory);
    return inputs;
  }

  override forward(input: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    const output = this.#output.shaped(input.rows, input.columns);
    this.compute((this.#engine as Engine).kernels, input.rows * input.columns, input.pointer, output.pointer);
    return output;
  }

  override backward(input: Matrix, gradOutput: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    checkGradOutput(this, input, gradOutput);
    const gradInput = this.#gradInput.shaped(input.rows, input.columns);
    const n = input.rows * input.columns;
    this.differentiate((this.#engine as Engine).kernels, n, input.pointer, gradOutput.pointer, gradInput.pointer);
    return gradInput;
  }

  override dispose(): void {
    this.#output?.dispose();
    this.#gradInput?.dispose();
  }

  /** y ← f(x), n elements. */
  protected abstract compute(kernels: Kernels, n: number, xPtr: Pointer, yPtr: Pointer): void;

  /** gradInput ← gradOutput·f′(x), n elements. */
  protected abstract differentiate(
    kernels: Kernels,
    n: number,
    xPtr: Pointer,
    gradOutputPtr: Pointer,
    gradInputPtr: Pointer,
  ): void;
}
