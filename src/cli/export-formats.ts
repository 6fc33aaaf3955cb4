/** The formats of `simdgrad export`, for the parser of the command line: what writes them is loaded when it is needed. */

import type { WeightLayout } from "../formats/weights.js";

/** Formats that models are written in. */
export const EXPORT_FORMATS = ["onnx", "safetensors", "npz"] as const;
/** Layouts of safetensors files. */
export const EXPORT_LAYOUTS = ["in-out", "pytorch"] as const satisfies readonly WeightLayout[];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
