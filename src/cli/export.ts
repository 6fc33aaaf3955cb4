/** `simdgrad export`: writes a saved model in the formats of other programs. */

import { basename, dirname, extname, join } from "node:path";
import { createEngine } from "../create-engine.js";
import { serializeModel } from "../formats/model.js";
import { serializeNpz } from "../formats/npz.js";
import { DEFAULT_OPSET, serializeOnnx } from "../formats/onnx/onnx.js";
import { serializeWeights, type WeightLayout } from "../formats/weights.js";
import { refuseInputs, writeWhole } from "./files.js";
import type { ExportFormat } from "./options.js";
import { print, printJson } from "./output.js";
import { readSavedModel, type SavedModel } from "./saved-model.js";
import { UsageError } from "./usage-error.js";

/** The command's options, checked by the parser. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** For safetensors; default in-out. */
  readonly layout?: WeightLayout;
  readonly out?: string;
  readonly json?: boolean;
}

/** The bytes to write, and a description of them. */
interface Exported {
  readonly bytes: Uint8Array;
  readonly contents: string;
}

/**
 * Writes a model. ONNX and safetensors with layout in-out contain the whole model with its preprocessing; safetensors with PyTorch's
 * layout and npz contain only the weights.
 *
 * @throws UsageError for a layout of a format other than safetensors, and if the output is a file of the run
 */
export async function exportModel(run: string, options: ExportOptions): Promise<void> {
  const { format, layout, json } = options;
  if (layout !== undefined && format !== "safetensors") {
    throw new UsageError("--layout", `expected none for ${format}, which has only one layout`);
  }
  const engine = await createEngine({ threads: 1 });
  try {
    const model = await readSavedModel(engine, run);
    const out = options.out ?? defaultName(model.path, format, layout);
    await refuseInputs([out]);
    const { ending, inputs } = model.foreign ?? {};
    const lost = [...(ending?.classes ? ["class names"] : []), ...(inputs?.[1] ? ["column names"] : [])];
    if (lost.length > 0) print(`${model.path}: the export does not keep the ${lost.join(" and ")}`, process.stderr);
    const { bytes, contents } = serialize(model, format, layout);
    await writeWhole(out, bytes);
    if (json) printJson({ model: model.path, format, ...(layout && { layout }), written: out });
    else print(`written: ${out}\n         ${contents}`);
  } finally {
    engine.dispose();
  }
}

/** Next to the model, under its name: `model.onnx`, `model.npz`, `model.in-out.safetensors`, `model.pytorch.safetensors`. */
function defaultName(path: string, format: ExportFormat, layout: WeightLayout = "in-out"): string {
  const ending = format === "safetensors" ? `${layout}.safetensors` : format;
  return join(dirname(path), `${basename(path, extname(path))}.${ending}`);
}

function serialize(model: SavedModel, format: ExportFormat, layout: WeightLayout = "in-out"): Exported {
  if (format === "onnx") return toOnnx(model);
  const { network, metadata } = model;
  if (format === "npz") {
    const arrays = Object.entries(network.stateDict());
    return { bytes: serializeNpz(arrays), contents: arrays.map(describeArray).join(", ") };
  }
  if (layout === "in-out")
    return { bytes: serializeModel(network, metadata), contents: "a whole model, which simdgrad predict reads" };
  const bytes = serializeWeights(network, { layout });
  return { bytes, contents: "state dict for a torch.nn.Sequential of the same layers" };
}

/** A graph from the preprocessed inputs to logits, and for a classification also to probabilities. */
function toOnnx({ network, preprocessor, metadata, foreign }: SavedModel): Exported {
  const softmax = foreign ? foreign.ending.activation === "softmax" : metadata.task === "mnist";
  const classes = preprocessor ? preprocessor.config.classes !== undefined : softmax;
  const bytes = serializeOnnx(network, { metadata, ...(classes && { probabilities: "softmax" }) });
  const results = classes ? "logits and probabilities" : "logits";
  const inputs = preprocessor ? "rows preprocessed as the metadata entry preprocessing says" : "rows";
  return { bytes, contents: `opset ${DEFAULT_OPSET}: input (${inputs}) to ${results}` };
}

function describeArray([name, { shape }]: [string, { readonly shape: readonly number[] }]): string {
  return `${name} [${shape.join(", ")}]`;
}
