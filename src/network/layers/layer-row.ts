/** A layer's row in the catalogue: what files, programs and documents need to know of it. */

import type { OptionTable } from "../../checks/option-table.js";
import type { Layer, LayerConfig } from "./layer.js";

/**
 * Where an operator's attribute comes from: an option of the layer, or 1 less it, or always the same integer. Its default is ONNX's,
 * too.
 */
export type OnnxAttribute = string | { readonly complement: string } | { readonly integer: number };

/** A layer in ONNX: one operator, or several where the opset has none. */
export interface LayerOnnx {
  readonly op?: string;
  /** The first opset that has it, above the one that is written by default. */
  readonly opset?: number;
  /** The layer's arrays, in the order of the operator's inputs after the first. */
  readonly arrays?: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /**
   * Operators in its place, as PyTorch's exporter writes them, for a layer with these options: "Mul x $0" multiplies the layer's
   * input by the result of the first step; a number is a constant.
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
  /** The kernels that it calls. */
  readonly kernels: readonly string[];
  /** The layer, not attached: nothing is allocated in linear memory. @throws TypeError, RangeError for options that it refuses */
  make(config: LayerConfig): Layer;
  /** Columns that it takes and gives, of a layer that says so. */
  columns(config: LayerConfig): { readonly inputs?: number; readonly outputs?: number };
  /** Names and shapes of its arrays. */
  arrays(config: LayerConfig): Readonly<Record<string, readonly number[]>>;
  /** Absent where nothing is to be written: the layer does nothing in evaluation. */
  readonly onnx?: LayerOnnx;
}
