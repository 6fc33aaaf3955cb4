/** A layer's row in the catalogue: what files, programs and documents need to know about it. */

import type { OptionTable } from "../../checks/option-table.js";
import type { Layer, LayerConfig } from "./layer.js";

/**
 * Where an operator's attribute comes from: an option of the layer, 1 minus it, or a constant integer. The option's default is
 * ONNX's, too.
 */
export type OnnxAttribute = string | { readonly complement: string } | { readonly integer: number };

/** A layer in ONNX: one operator, or several if the opset has none. */
export interface LayerOnnx {
  readonly op?: string;
  /** The first opset that has it, if that is above the default opset. */
  readonly opset?: number;
  /** The layer's arrays, in the order of the operator's inputs after the first. */
  readonly arrays?: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /**
   * Operators to write instead, like PyTorch's exporter, for a layer with these options: "Mul x $0" multiplies the layer's input
   * by the result of the first step. A number is a constant.
   */
  readonly composed?: readonly {
    readonly options: Readonly<Record<string, string>>;
    readonly steps: readonly string[];
  }[];
}

/** A type of layers. */
export interface LayerRow {
  /** Its name everywhere: in the API, the command, links and files. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  readonly options: OptionTable;
  /** The kernels it calls. */
  readonly kernels: readonly string[];
  /** Creates the layer without allocating linear memory. @throws TypeError, RangeError for wrong options */
  make(config: LayerConfig): Layer;
  /** Its input and output columns, if it declares them. */
  columns(config: LayerConfig): { readonly inputs?: number; readonly outputs?: number };
  /** The names and shapes of its arrays. */
  arrays(config: LayerConfig): Readonly<Record<string, readonly number[]>>;
  /** Absent for a layer that does nothing in evaluation: nothing is written. */
  readonly onnx?: LayerOnnx;
}
