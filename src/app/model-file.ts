/** A model out of the bytes of a safetensors or ONNX file, with what it was trained for. Free of Node. */

import { FormatError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { fileKind, MODEL_KIND, OTHER_TENSORS_KIND, UNKNOWN_KIND } from "../formats/file-kind.js";
import { loadModel } from "../formats/model.js";
import { OWN_FORMAT } from "../formats/model-metadata.js";
import { loadOnnx, readOnnxMetadata } from "../formats/onnx/onnx.js";
import { type OnnxDescription, readOnnx } from "../formats/onnx/onnx-load.js";
import { parseSafetensors } from "../formats/safetensors.js";
import { Dense } from "../network/layers/dense.js";
import { BinaryCrossEntropy } from "../network/losses/binary-cross-entropy.js";
import { MeanSquaredError } from "../network/losses/regression.js";
import type { Network, NetworkOptions } from "../network/network.js";
import { decoderOf } from "../tables/chunks.js";
import type { CsvOptions } from "../tables/csv/csv.js";
import { isDelimiter } from "../tables/csv/csv-dialect.js";
import { Preprocessor } from "../tables/preprocessor.js";
import type { Thousands } from "../tables/written-number.js";

/** A network for tables has a preprocessor, one for images has none. */
export interface ParsedModel {
  /** By the contents of the file. */
  readonly format: "safetensors" | "onnx";
  readonly network: Network;
  readonly preprocessor?: Preprocessor;
  /** How its table was read. */
  readonly reading: Pick<CsvOptions, "header" | "delimiter" | "decimal" | "thousands" | "encoding" | "missing">;
  /** Whether it is a file of ours rather than another program's. */
  readonly isOwn: boolean;
  /** Of a file of another program: what it says of the network's inputs and outputs. */
  readonly foreign?: OnnxDescription;
  /** Its entries beside those that make it a file of ours. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The model in the bytes of a safetensors or an ONNX file. An ONNX file of another program is a network without preprocessing.
 *
 * @param name of the file, for messages
 * @throws FormatError when it is no model, or its parts do not fit each other
 */
export function parseModel(engine: Engine, bytes: Uint8Array, name: string): ParsedModel {
  const kind = fileKind(bytes);
  const format = isOnnx(bytes, name) ? "onnx" : "safetensors";
  if (format === "safetensors" && kind !== MODEL_KIND && kind !== OTHER_TENSORS_KIND) {
    throw new FormatError(`${name}: expected a model, a safetensors or ONNX file, got ${kind}`);
  }
  const entries = format === "onnx" ? readOnnxMetadata(bytes, name) : parseSafetensors(bytes, name).metadata;
  const { format: writer, layers: _, ...metadata } = entries;
  if (format === "onnx" && writer === undefined) return parseForeign(engine, bytes, name);
  const rest = { format, isOwn: writer === OWN_FORMAT, metadata } as const;
  const load = (options: NetworkOptions) => (format === "onnx" ? loadOnnx : loadModel)(engine, bytes, name, options);
  if (metadata.preprocessing === undefined) return { network: load({}), reading: {}, ...rest };
  const preprocessor = Preprocessor.parse(metadata.preprocessing, name);
  const { classes } = preprocessor.config;
  const network = load(classes ? {} : { loss: new MeanSquaredError() });
  checkShape(network, preprocessor.inputs, classes?.length ?? 1, name);
  return { network, preprocessor, reading: parseReading(metadata.reading), ...rest };
}

/** The loss is the one whose predictions are the file's own outputs. */
function parseForeign(engine: Engine, bytes: Uint8Array, name: string): ParsedModel {
  const { network, description } = readOnnx(engine, bytes, name, ({ ending: { activation } }) => {
    if (activation === "none") return { loss: new MeanSquaredError() };
    return activation === "sigmoid" ? { loss: new BinaryCrossEntropy() } : {};
  });
  const { metadata } = description;
  return { format: "onnx", network, reading: {}, isOwn: false, foreign: description, metadata };
}

/** A safetensors file has its header's brace in byte 8; what else begins with protobuf's field 1, ir_version, is ONNX. */
function isOnnx(bytes: Uint8Array, name: string): boolean {
  return bytes[8] !== 0x7b && (bytes[0] === 0x08 || (/\.onnx$/i.test(name) && fileKind(bytes) === UNKNOWN_KIND));
}

/** @throws FormatError for a network of other inputs or outputs */
export function checkShape(network: Network, inputs: number, outputs: number, name: string): void {
  const [first] = network.layers;
  const own = first instanceof Dense ? first.inputs : undefined;
  if (own === inputs && network.outputs === outputs) return;
  const got = `${own ?? "an unknown number of"} inputs and ${network.outputs} outputs`;
  throw new FormatError(`${name}: expected a network with ${inputs} inputs and ${outputs} outputs, got ${got}`);
}

function parseReading(text: string | undefined): ParsedModel["reading"] {
  try {
    const { header, delimiter, decimal, thousands, encoding, missing } = JSON.parse(text ?? "{}") as Record<
      string,
      unknown
    >;
    return {
      ...(typeof header === "boolean" && { header }),
      ...(typeof delimiter === "string" && isDelimiter(delimiter) && { delimiter }),
      ...((decimal === "." || decimal === ",") && { decimal }),
      ...(isThousands(thousands) && thousands !== decimal && { thousands }),
      ...(typeof encoding === "string" && isEncoding(encoding) && { encoding }),
      ...(Array.isArray(missing) && missing.every((value) => typeof value === "string") && { missing }),
    };
  } catch {
    return {};
  }
}

function isThousands(value: unknown): value is Thousands {
  return value === "," || value === "." || value === " " || value === "'";
}

function isEncoding(label: string): boolean {
  try {
    return decoderOf(label) !== undefined;
  } catch {
    return false;
  }
}
