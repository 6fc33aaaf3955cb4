/** Reads and writes models as safetensors and ONNX, with the preprocessing and metadata of their task. */

import { FormatError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { fileKind, MODEL_KIND, OTHER_TENSORS_KIND, UNKNOWN_KIND } from "../formats/file-kind.js";
import { networkOfTensors, serializeModel } from "../formats/model.js";
import { OWN_FORMAT } from "../formats/model-metadata.js";
import { serializeOnnx } from "../formats/onnx/onnx.js";
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

/** `safetensors`: for simdgrad, `onnx`: for other programs. */
export type ModelFormat = "safetensors" | "onnx";

/** A file to download, or an opened one. */
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A model for tables has a preprocessor; one for images does not. */
export interface ParsedModel {
  /** As the contents of the file show. */
  readonly format: ModelFormat;
  readonly network: Network;
  readonly preprocessor?: Preprocessor;
  /** How the table was read. */
  readonly reading: Pick<CsvOptions, "header" | "delimiter" | "decimal" | "thousands" | "encoding" | "missing">;
  /** Whether simdgrad wrote the file. */
  readonly isOwn: boolean;
  /** For a file of another program: what it says about the inputs and outputs of the network. */
  readonly foreign?: OnnxDescription;
  /** Its entries, without those for format and layers. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Parses a safetensors or ONNX file. An ONNX file of another program gives a network without preprocessing.
 *
 * @param name of the file, for messages
 * @param options of the network; the default loss is that of its task
 * @throws FormatError if the file is not a model, or its parts do not fit each other
 */
export function parseModel(engine: Engine, bytes: Uint8Array, name: string, options: NetworkOptions = {}): ParsedModel {
  const kind = fileKind(bytes);
  if (isOnnx(bytes, name)) return parseOnnx(engine, bytes, name, options);
  if (kind !== MODEL_KIND && kind !== OTHER_TENSORS_KIND) {
    throw new FormatError(`${name}: expected a model, a safetensors or ONNX file, got ${kind}`);
  }
  const parsed = parseSafetensors(bytes, name);
  const purpose = purposeOf(parsed.metadata, name);
  const network = networkOfTensors(engine, parsed, name, { ...lossOf(purpose.preprocessor), ...options });
  return { format: "safetensors", network, ...checked(network, purpose, name) };
}

/** For a file of another program, chooses the loss whose predictions are the outputs of the file. */
function parseOnnx(engine: Engine, bytes: Uint8Array, name: string, options: NetworkOptions): ParsedModel {
  let purpose: Purpose | undefined;
  const { network, description } = readOnnx(engine, bytes, name, ({ metadata, ending: { activation } }) => {
    if (metadata.format !== undefined) {
      purpose = purposeOf(metadata, name);
      return { ...lossOf(purpose.preprocessor), ...options };
    }
    if (activation === "none") return { loss: new MeanSquaredError(), ...options };
    return activation === "sigmoid" ? { loss: new BinaryCrossEntropy(), ...options } : options;
  });
  if (purpose) return { format: "onnx", network, ...checked(network, purpose, name) };
  const { metadata } = description;
  return { format: "onnx", network, reading: {}, isOwn: false, foreign: description, metadata };
}

type Purpose = Pick<ParsedModel, "preprocessor" | "reading" | "isOwn" | "metadata">;

/** What the metadata say about the task. @throws FormatError if the preprocessing is not valid */
function purposeOf(entries: Readonly<Record<string, string>>, name: string): Purpose {
  const { format, layers: _, ...metadata } = entries;
  const isOwn = format === OWN_FORMAT;
  if (metadata.preprocessing === undefined) return { reading: {}, isOwn, metadata };
  const preprocessor = Preprocessor.parse(metadata.preprocessing, name);
  return { preprocessor, reading: parseReading(metadata.reading), isOwn, metadata };
}

function lossOf(preprocessor: Preprocessor | undefined): NetworkOptions {
  return preprocessor && !preprocessor.config.classes ? { loss: new MeanSquaredError() } : {};
}

/** @throws FormatError, and frees the network, if the preprocessing does not fit it */
function checked(network: Network, purpose: Purpose, name: string): Purpose {
  const { preprocessor } = purpose;
  if (!preprocessor) return purpose;
  try {
    checkShape(network, preprocessor.inputs, preprocessor.config.classes?.length ?? 1, name);
  } catch (error) {
    network.dispose();
    throw error;
  }
  return purpose;
}

/** A safetensors file has a brace in byte 8. Any other file that begins with protobuf's field 1, ir_version, is ONNX. */
function isOnnx(bytes: Uint8Array, name: string): boolean {
  return bytes[8] !== 0x7b && (bytes[0] === 0x08 || (/\.onnx$/i.test(name) && fileKind(bytes) === UNKNOWN_KIND));
}

/** Writes the network and its metadata in a format. @throws TypeError for a custom layer */
export function writeModel(
  network: Network,
  format: ModelFormat,
  metadata: Readonly<Record<string, string>>,
): SavedFile {
  const bytes = format === "onnx" ? writeOnnx(network, metadata) : serializeModel(network, metadata);
  return { name: `model.${format}`, bytes };
}

/** For a classification the graph has probabilities as a second output. */
function writeOnnx(network: Network, metadata: Readonly<Record<string, string>>): Uint8Array {
  const { activation } = network.loss;
  return serializeOnnx(network, { metadata, ...(activation !== "identity" && { probabilities: activation }) });
}

/** @throws FormatError if the network has other numbers of inputs or outputs */
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
