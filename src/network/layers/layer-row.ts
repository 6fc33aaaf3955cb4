/** A layer's row in the catalogue: what files, programs and documents need to know of it. */

import type { OptionTable } from "../../checks/option-table.js";
import type { Layer, LayerConfig } from "./layer.js";

/** What a step of a composed operator works on: the layer's input, the result of an earlier step, or a number. */
export type Operand = "x" | { readonly step: number } | { readonly constant: number };

/** One operator of a composed layer. */
export interface Step {
  readonly op: string;
  readonly operands: readonly Operand[];
}

/** Where an operator's attribute comes from: an option of the layer, or 1 less it, or always the same integer. */
export type OnnxAttribute =
  | { readonly option: string; readonly default: number | string; readonly complement?: true }
  | { readonly integer: number };

/** A layer in ONNX: one operator, or several where the opset has none. */
export interface LayerOnnx {
  readonly op?: string;
  /** The first opset that has it, above the one that is written by default. */
  readonly opset?: number;
  /** The layer's arrays, in the order of the operator's inputs after the first. */
  readonly arrays?: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Operators in its place, as PyTorch's exporter writes them, for a layer with these options. */
  readonly composed?: readonly {
    readonly options: Readonly<Record<string, string>>;
    readonly steps: readonly Step[];
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
