/** ONNX files from bytes. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */

import { checkBytes } from "../check-options.js";
import { FormatError } from "../errors.js";
import { fileKind, UNKNOWN_KIND } from "./file-kind.js";
import { maximumDescription } from "./metadata.js";
import { type Attribute, DTYPES, FLOAT, type OnnxModel, type OnnxNode, type OnnxValue } from "./onnx-model.js";
import { type Field, readFields, readIntegers } from "./protobuf.js";
import { byteLength, isSizes, type Tensor } from "./tensor.js";

/** Fields of a message beyond which a file is taken for hostile: an empty one takes two bytes there, and a hundred here. */
const MOST_ITEMS = 20_000;
const MOST_DIMENSIONS = 64;
/** Nodes of a graph, and inputs, outputs and attributes of a node: a thousand layers take some four nodes each. */
const MOST_NODES = 4096;
const MOST_PARTS = 16;
/** Types of attributes as ONNX numbers them, and the fields with their values. */
const ATTRIBUTE_FIELDS: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 4, 4: 5 };

/**
 * The file in these bytes; tensors' data are views. Parts that a dense network has no use for are refused where they would
 * change its meaning (functions, training graphs, external data), and passed over where not (documentation, shapes between).
 *
 * @throws FormatError
 */
export function decodeOnnx(bytes: Uint8Array, name: string): OnnxModel {
  checkBytes(name, bytes);
  const kind = fileKind(bytes);
  if (kind !== UNKNOWN_KIND) throw new FormatError(`${name}: expected an ONNX file, got ${kind}`);
  let graph: Uint8Array | undefined;
  let opset: number | undefined;
  const metadata = new Map<string, string>();
  let metadataLeft = maximumDescription(bytes.length);
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 7) {
      if (graph) throw new FormatError(`${name}: expected one graph, got two`);
      graph = contents(field, name);
    } else if (field.number === 8) {
      const { domain, version } = decodeOpset(contents(field, name), name);
      if (domain === "" || domain === "ai.onnx") opset = version;
    } else if (field.number === 14) {
      const pair = contents(field, name);
      metadataLeft -= pair.length;
      if (metadataLeft < 0) {
        const most = maximumDescription(bytes.length);
        throw new FormatError(`${name}: expected at most ${most} bytes of metadata (file: ${bytes.length}), got more`);
      }
      const { key, value } = decodePair(pair, name);
      if (metadata.has(key)) throw new FormatError(`${name}: metadata: expected each key once, got one twice`);
      metadata.set(key, value);
    } else if (field.number === 20 || field.number === 25) {
      throw new FormatError(`${name}: expected a graph only, got ${field.number === 20 ? "training" : "functions"}`);
    }
  }
  if (!graph || opset === undefined)
    throw new FormatError(`${name}: expected an ONNX file with a graph and an opset, got one without`);
  return { opset, ...decodeGraph(graph, name), metadata: Object.fromEntries(metadata) };
}

function decodeGraph(bytes: Uint8Array, name: string): Omit<OnnxModel, "opset" | "metadata"> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, Tensor>();
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []];
  let graphName = "";
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 1) {
      nodes.push(decodeNode(contents(field, name), name));
      if (nodes.length > MOST_NODES) throw new FormatError(`${name}: expected at most ${MOST_NODES} nodes, got more`);
    } else if (field.number === 2) graphName = text(field, name);
    else if (field.number === 5) {
      const [key, tensor] = decodeTensor(contents(field, name), name);
      if (initializers.has(key)) throw new FormatError(`${name}: expected each tensor once, got ${quote(key)} twice`);
      initializers.set(key, tensor);
    } else if (field.number === 11) inputs.push(decodeValue(contents(field, name), name));
    else if (field.number === 12) outputs.push(decodeValue(contents(field, name), name));
    else if (field.number === 15) throw new FormatError(`${name}: expected dense tensors, got sparse ones`);
  }
  return { graphName, nodes, initializers, inputs, outputs };
}

function decodeNode(bytes: Uint8Array, name: string): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, Attribute>();
  let op = "";
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 1) inputs.push(text(field, name));
    else if (field.number === 2) outputs.push(text(field, name));
    else if (field.number === 4) op = text(field, name);
    else if (field.number === 5) {
      const [key, value] = decodeAttribute(contents(field, name), name);
      if (attributes.has(key)) throw new FormatError(`${name}: expected each attribute once, got ${quote(key)} twice`);
      attributes.set(key, value);
    } else if (field.number === 7 && !["", "ai.onnx"].includes(text(field, name))) {
      throw new FormatError(`${name}: expected operators of ONNX's own, got the domain ${quote(text(field, name))}`);
    }
    if (Math.max(inputs.length, outputs.length, attributes.size) > MOST_PARTS) {
      const what = "inputs, outputs and attributes";
      throw new FormatError(`${name}: ${quote(op)}: expected at most ${MOST_PARTS} ${what} each, got more`);
    }
  }
  return { op, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function decodeAttribute(bytes: Uint8Array, name: string): [string, Attribute] {
  let key = "";
  let value: Attribute | undefined;
  let type: number | undefined;
  let valueField: number | undefined;
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 1) key = text(field, name);
    else if (field.number === 2 && field.wire === 5) {
      value = { float: new DataView(field.value.buffer, field.value.byteOffset).getFloat32(0, true) };
    } else if (field.number === 3) value = { integer: integer(field, name) };
    else if (field.number === 4) value = text(field, name);
    else if (field.number === 5) value = decodeTensor(contents(field, name), name)[1];
    else if (field.number === 20) type = integer(field, name);
    if (field.number >= 2 && field.number <= 5) {
      if (valueField !== undefined) {
        throw new FormatError(`${name}: attribute ${quote(key)}: expected one value, got several`);
      }
      valueField = field.number;
    }
  }
  // A file of IR version 1 has no types.
  if (type !== undefined && valueField !== undefined && ATTRIBUTE_FIELDS[type] !== valueField) {
    throw new FormatError(`${name}: attribute ${quote(key)}: expected a value of its type ${type}, got one of another`);
  }
  // proto3 leaves zeros out.
  if (value === undefined && type === 1) value = { float: 0 };
  if (value === undefined && type === 2) value = { integer: 0 };
  if (value === undefined && type === 3) value = "";
  if (value === undefined)
    throw new FormatError(`${name}: attribute ${quote(key)}: expected a number, a text or a tensor, got type ${type}`);
  return [key, value];
}

/** Name and contents; sizes are checked against the data that is there. */
function decodeTensor(bytes: Uint8Array, name: string): [string, Tensor] {
  const shape: number[] = [];
  let key = "";
  let type = 0;
  let data: Uint8Array | undefined;
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 1) {
      // One more than there may be, which is refused below.
      for (const size of readIntegers(field, name, MOST_DIMENSIONS + 1)) shape.push(size);
      if (shape.length > MOST_DIMENSIONS) break;
    } else if (field.number === 2) type = integer(field, name);
    else if (field.number === 8) key = text(field, name);
    // As raw bytes, or as a packed list of floats: the same bytes.
    else if (field.number === 9 || (field.number === 4 && field.wire === 2)) {
      if (data || (field.number === 4 && type > FLOAT))
        throw new FormatError(`${name}: expected a tensor's data once, got them twice`);
      data = contents(field, name);
    } else if (field.number === 13 || (field.number === 14 && field.value !== 0)) {
      throw new FormatError(`${name}: tensor ${quote(key)}: expected its data in the file, got external data`);
    }
  }
  const dtype = Object.hasOwn(DTYPES, type) ? DTYPES[type] : undefined;
  if (!dtype) throw new FormatError(`${name}: tensor ${quote(key)}: expected floats or integers, got type ${type}`);
  if (!isSizes(shape) || shape.length > MOST_DIMENSIONS)
    throw new FormatError(`${name}: tensor ${quote(key)}: expected a shape of sizes, got [${shape.slice(0, 8)}]`);
  const [expected, got] = [byteLength(dtype, shape), data?.length ?? 0];
  if (expected !== got) {
    throw new FormatError(
      `${name}: tensor ${quote(key)}: expected ${expected ?? "more than 2^53"} bytes for ${dtype} of shape [${shape.slice(0, 8)}], got ${got}`,
    );
  }
  return [key, { dtype, shape, data: data ?? new Uint8Array() }];
}

function decodeValue(bytes: Uint8Array, name: string): OnnxValue {
  const nothing = new Uint8Array();
  const tensorType = part(part(bytes, 2, name) ?? nothing, 1, name) ?? nothing;
  let [key, type] = ["", 0];
  for (const field of fieldsOf(bytes, name)) if (field.number === 1) key = text(field, name);
  for (const field of fieldsOf(tensorType, name)) if (field.number === 1) type = integer(field, name);
  const sizes = part(tensorType, 2, name);
  const shape: (number | undefined)[] = [];
  for (const field of fieldsOf(sizes ?? nothing, name)) {
    if (field.number !== 1) continue;
    let size: number | undefined;
    for (const own of fieldsOf(contents(field, name), name)) if (own.number === 1) size = integer(own, name);
    shape.push(size);
  }
  return { name: key, type, shape: sizes && shape };
}

function decodeOpset(bytes: Uint8Array, name: string): { domain: string; version: number } {
  let [domain, version] = ["", 0];
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 1) domain = text(field, name);
    else if (field.number === 2) version = integer(field, name);
  }
  return { domain, version };
}

function decodePair(bytes: Uint8Array, name: string): { key: string; value: string } {
  let [key, value] = ["", ""];
  for (const field of fieldsOf(bytes, name)) {
    if (field.number === 1) key = text(field, name);
    else if (field.number === 2) value = text(field, name);
  }
  return { key, value };
}

/** The fields of a message, as many as a file of this kind can have. */
function* fieldsOf(bytes: Uint8Array, name: string): Generator<Field> {
  let count = 0;
  for (const field of readFields(bytes, name)) {
    if (++count > MOST_ITEMS)
      throw new FormatError(`${name}: expected at most ${MOST_ITEMS} fields in a message, got more`);
    yield field;
  }
}

/** The last field of that number that has a length. */
function part(bytes: Uint8Array, number: number, name: string): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const field of fieldsOf(bytes, name)) if (field.number === number) found = contents(field, name);
  return found;
}

function contents(field: Field, name: string): Uint8Array {
  if (field.wire === 2) return field.value;
  throw new FormatError(`${name}: field ${field.number}: expected bytes, got wire type ${field.wire}`);
}

function integer(field: Field, name: string): number {
  if (field.wire === 0) return field.value;
  throw new FormatError(`${name}: field ${field.number}: expected an integer, got wire type ${field.wire}`);
}

function text(field: Field, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(contents(field, name));
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`${name}: field ${field.number}: expected UTF-8, got other bytes`, { cause });
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
