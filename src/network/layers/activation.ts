/** Activation layers: Y = f(X), gradInput = gradOutput·f′(X), elementwise, with one kernel per direction. */

import { classNameOf, type OptionTable, type OptionValues, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import type { Matrix } from "../../engine/matrix.js";
import { Layer, type LayerConfig } from "./layer.js";
import type { LayerOnnx } from "./layer-row.js";
import { checkAttach, checkGradOutput, checkInput } from "./operands.js";

/** An activation. */
export interface ActivationRow {
  /** Its name everywhere: in the API, the command, links and files. */
  readonly name: string;
  /** Its title for people. Without spaces it is the class's name. */
  readonly title: string;
  readonly options: OptionTable;
  /** The kernels' name before `Forward` and `Backward`, or one for each choice of the option `variant`. */
  readonly kernel: string | Readonly<Record<string, string>>;
  readonly variant?: string;
  /** The option that the kernels take after the number of elements, if any. */
  readonly parameter?: string;
  readonly onnx: LayerOnnx;
}

type ElementwiseKernel = (n: number, ...rest: number[]) => void;

/** The base of all activations. It finds kernels by name: a new activation is a kernel and a row. */
export abstract class Activation<T extends OptionTable = OptionTable> extends Layer {
  protected readonly options: OptionValues<T>;
  readonly #row: ActivationRow;
  #engine: Engine | undefined;
  #forward!: ElementwiseKernel;
  #backward!: ElementwiseKernel;
  /** Undefined if the kernels take none. */
  readonly #parameter: number | undefined;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;

  /** @throws TypeError for unknown options and values of a wrong type, RangeError for values outside their limits */
  constructor(row: ActivationRow & { readonly options: T }, options: object = {}) {
    super();
    const name = classNameOf(row.title);
    this.options = readOptions(name, options, row.options, `${name}: `);
    this.#row = row;
    const { parameter } = row;
    this.#parameter = parameter === undefined ? undefined : (this.options[parameter] as number);
  }

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    checkAttach(this, this.#engine, engine, inputs);
    this.#engine = engine;
    const { kernel, variant = "" } = this.#row;
    const name = typeof kernel === "string" ? kernel : kernel[this.options[variant] as string];
    const kernels = engine.kernels as unknown as Readonly<Record<string, ElementwiseKernel>>;
    this.#forward = kernels[`${name}Forward`] as ElementwiseKernel;
    this.#backward = kernels[`${name}Backward`] as ElementwiseKernel;
    this.#output = new MatrixBuffer(engine.memory);
    this.#gradInput = new MatrixBuffer(engine.memory);
    return inputs;
  }

  override forward(input: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    const output = this.#output.shaped(input.rows, input.columns);
    const n = input.rows * input.columns;
    if (this.#parameter === undefined) this.#forward(n, input.pointer, output.pointer);
    else this.#forward(n, this.#parameter, input.pointer, output.pointer);
    return output;
  }

  override backward(input: Matrix, gradOutput: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    checkGradOutput(this, input, gradOutput);
    const gradInput = this.#gradInput.shaped(input.rows, input.columns);
    const n = input.rows * input.columns;
    if (this.#parameter === undefined) this.#backward(n, input.pointer, gradOutput.pointer, gradInput.pointer);
    else this.#backward(n, this.#parameter, input.pointer, gradOutput.pointer, gradInput.pointer);
    return gradInput;
  }

  override config(): LayerConfig {
    return { type: this.#row.name, ...(this.options as OptionValues<Record<never, never>>) };
  }

  override dispose(): void {
    this.#output?.dispose();
    this.#gradInput?.dispose();
  }
}
