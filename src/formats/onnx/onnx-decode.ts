/** ONNX files from bytes. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */

import { checkBytes } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { fileKind, UNKNOWN_KIND } from "../file-kind.js";
import { maximumDescription } from "../metadata.js";
import type { Tensor } from "../tensor.js";
import { OnnxFile, quote } from "./onnx-messages.js";
import type { OnnxModel, OnnxNode, OnnxValue } from "./onnx-model.js";
import { decodeNode } from "./onnx-nodes.js";
import { decodeTensor } from "./onnx-tensors.js";

/** Nodes of a graph: a thousand layers take some four each. */
const MOST_NODES = 4096;

/**
 * The file in these bytes; tensors' data are views. Parts that a dense network has no use for are refused where they would
 * change its meaning (functions, training graphs, external data), and passed over where not (documentation, shapes between).
 *
 * @throws FormatError
 */
export function decodeOnnx(bytes: Uint8Array, name: string): OnnxModel {
  checkBytes(name, bytes);
  const file = new OnnxFile(name);
  const kind = fileKind(bytes);
  if (kind !== UNKNOWN_KIND) throw new FormatError(`${name}: expected an ONNX file, got ${kind}`);
  let graph: Uint8Array | undefined;
  let opset: number | undefined;
  const metadata = new Map<string, string>();
  let metadataLeft = maximumDescription(bytes.length);
  for (const field of file.fields(bytes)) {
    if (field.number === 7) {
      if (graph) throw new FormatError(`${name}: expected one graph, got two`);
      graph = file.contents(field);
    } else if (field.number === 8) {
      const { domain, version } = decodeOpset(file.contents(field), file);
      if (domain === "" || domain === "ai.onnx") opset = version;
    } else if (field.number === 14) {
      const pair = file.contents(field);
      metadataLeft -= pair.length;
      if (metadataLeft < 0) {
        const most = maximumDescription(bytes.length);
        throw new FormatError(`${name}: expected at most ${most} bytes of metadata (file: ${bytes.length}), got more`);
      }
      const { key, value } = decodePair(pair, file);
      if (metadata.has(key)) throw new FormatError(`${name}: metadata: expected each key once, got one twice`);
      metadata.set(key, value);
    } else if (field.number === 20 || field.number === 25) {
      throw new FormatError(`${name}: expected a graph only, got ${field.number === 20 ? "training" : "functions"}`);
    }
  }
  if (!graph || opset === undefined)
    throw new FormatError(`${name}: expected an ONNX file with a graph and an opset, got one without`);
  return { opset, ...decodeGraph(graph, file), metadata: Object.fromEntries(metadata) };
}

function decodeGraph(bytes: Uint8Array, file: OnnxFile): Omit<OnnxModel, "opset" | "metadata"> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, Tensor>();
  const texts = new Map<string, readonly string[]>();
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []];
  let graphName = "";
  for (const field of file.fields(bytes)) {
    if (field.number === 1) {
      nodes.push(decodeNode(file.contents(field), file));
      if (nodes.length > MOST_NODES)
        throw new FormatError(`${file.name}: expected at most ${MOST_NODES} nodes, got more`);
    } else if (field.number === 2) graphName = file.text(field);
    else if (field.number === 5) {
      const named = decodeTensor(file.contents(field), file);
      const { key } = named;
      if (initializers.has(key) || texts.has(key)) {
        throw new FormatError(`${file.name}: expected each tensor once, got ${quote(key)} twice`);
      }
      if ("texts" in named) texts.set(key, named.texts);
      else initializers.set(key, named.tensor);
    } else if (field.number === 11) inputs.push(decodeValue(file.contents(field), file));
    else if (field.number === 12) outputs.push(decodeValue(file.contents(field), file));
    else if (field.number === 15) throw new FormatError(`${file.name}: expected dense tensors, got sparse ones`);
  }
  return { graphName, nodes, initializers, texts, inputs, outputs };
}

function decodeValue(bytes: Uint8Array, file: OnnxFile): OnnxValue {
  const nothing = new Uint8Array();
  const tensorType = file.part(file.part(bytes, 2) ?? nothing, 1) ?? nothing;
  let [key, type] = ["", 0];
  for (const field of file.fields(bytes)) if (field.number === 1) key = file.text(field);
  for (const field of file.fields(tensorType)) if (field.number === 1) type = file.integer(field);
  const sizes = file.part(tensorType, 2);
  const shape: (number | undefined)[] = [];
  for (const field of file.fields(sizes ?? nothing)) {
    if (field.number !== 1) continue;
    let size: number | undefined;
    for (const own of file.fields(file.contents(field))) if (own.number === 1) size = file.integer(own);
    shape.push(size);
  }
  return { name: key, type, shape: sizes && shape };
}

function decodeOpset(bytes: Uint8Array, file: OnnxFile): { domain: string; version: number } {
  let [domain, version] = ["", 0];
  for (const field of file.fields(bytes)) {
    if (field.number === 1) domain = file.text(field);
    else if (field.number === 2) version = file.integer(field);
  }
  return { domain, version };
}

function decodePair(bytes: Uint8Array, file: OnnxFile): { key: string; value: string } {
  let [key, value] = ["", ""];
  for (const field of file.fields(bytes)) {
    if (field.number === 1) key = file.text(field);
    else if (field.number === 2) value = file.text(field);
  }
  return { key, value };
}
