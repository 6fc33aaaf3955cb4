import { checkNumber } from "../../checks/check-options.js";
import type { OptionTable } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import type { Matrix } from "../../engine/matrix.js";
import { Layer, type LayerConfig } from "./layer.js";
import { checkAttach, checkGradOutput, checkInput } from "./operands.js";

export const DROPOUT_OPTIONS = {
  rate: { kind: "number", default: 0.5, below: 1 },
} as const satisfies OptionTable;

/**
 * In training, y = x / (1 − rate) with probability 1 − rate, else 0, independently for each element; otherwise y = x
 * ("inverted" dropout, as in Keras and PyTorch). Srivastava et al. 2014.
 *
 * A training pass draws two numbers from the engine's generator. The mask is a hash of these and the element's number, so it
 * is the same on any number of threads.
 */
export class Dropout extends Layer {
  readonly rate: number;
  #engine: Engine | undefined;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;
  /** Whether the last forward pass dropped anything, and its key. */
  #dropped = false;
  #key = 0;
  #key2 = 0;

  /** @param rate the share to drop, 0 ≤ rate < 1; @throws TypeError, RangeError for anything else */
  constructor(rate: number = DROPOUT_OPTIONS.rate.default) {
    super();
    checkNumber("Dropout: rate", rate, DROPOUT_OPTIONS.rate);
    this.rate = rate;
  }

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    checkAttach(this, this.#engine, engine, inputs);
    this.#engine = engine;
    this.#output = new MatrixBuffer(engine.memory);
    this.#gradInput = new MatrixBuffer(engine.memory);
    return inputs;
  }

  override forward(input: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    this.#dropped = this.training && this.rate > 0;
    if (!this.#dropped) return input;
    const { random } = this.#engine as Engine;
    this.#key = random.uint32();
    this.#key2 = random.uint32();
    return this.#drop(input, this.#output);
  }

  /** Drops the same elements of gradOutput as the last forward pass dropped of x. */
  override backward(input: Matrix, gradOutput: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    checkGradOutput(this, input, gradOutput);
    return this.#dropped ? this.#drop(gradOutput, this.#gradInput) : gradOutput;
  }

  override config(): LayerConfig {
    return { type: "dropout", rate: this.rate };
  }

  override dispose(): void {
    this.#output?.dispose();
    this.#gradInput?.dispose();
  }

  #drop(from: Matrix, buffer: MatrixBuffer): Matrix {
    const to = buffer.shaped(from.rows, from.columns);
    const keep = 1 - this.rate;
    // A hash of 32 bits is below this with probability `keep`.
    const threshold = Math.min(Math.round(keep * 2 ** 32), 2 ** 32 - 1);
    const n = from.rows * from.columns;
    const { kernels } = this.#engine as Engine;
    kernels.dropout(n, threshold, 1 / keep, this.#key, this.#key2, from.pointer, to.pointer);
    return to;
  }
}
