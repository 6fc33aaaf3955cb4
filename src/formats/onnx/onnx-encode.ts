/** ONNX files to bytes. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */

import { maximumDescription } from "../metadata.js";
import type { Tensor } from "../tensor.js";
import { type Attribute, DTYPES, type OnnxModel, type OnnxNode, type OnnxValue, TEXT } from "./onnx-model.js";
import { MessageWriter } from "./protobuf.js";

type List = Extract<Attribute, { floats: unknown } | { integers: unknown } | { texts: unknown }>;

const message = () => new MessageWriter();

/**
 * The bytes of a file.
 *
 * @param irVersion of the format itself, which an opset asks for
 * @throws RangeError for more metadata than is read
 */
export function encodeOnnx(model: OnnxModel, irVersion: number): Uint8Array {
  const graph = message();
  for (const node of model.nodes) graph.bytes(1, encodeNode(node));
  graph.bytes(2, model.graphName);
  for (const [name, tensor] of model.initializers) graph.bytes(5, encodeTensor(name, tensor));
  for (const [name, texts] of model.texts ?? []) graph.bytes(5, encodeTexts(name, texts));
  for (const value of model.inputs) graph.bytes(11, encodeValue(value));
  for (const value of model.outputs) graph.bytes(12, encodeValue(value));
  const file = message().integer(1, irVersion).bytes(2, "simdgrad").bytes(7, graph);
  file.bytes(8, message().bytes(1, "").integer(2, model.opset));
  for (const domain of new Set(model.nodes.map((node) => node.domain ?? ""))) {
    if (domain !== "") file.bytes(8, message().bytes(1, domain).integer(2, 1));
  }
  let metadataLength = 0;
  for (const [key, value] of Object.entries(model.metadata)) {
    const pair = message().bytes(1, key).bytes(2, value).finish();
    metadataLength += pair.length;
    file.bytes(14, pair);
  }
  const bytes = file.finish();
  const most = maximumDescription(bytes.length);
  if (metadataLength <= most) return bytes;
  throw new RangeError(`metadata: expected at most ${most} bytes in a file of ${bytes.length}, got ${metadataLength}`);
}

function encodeNode({ op, name, domain, inputs, outputs, attributes }: OnnxNode): MessageWriter {
  const node = message();
  for (const input of inputs) node.bytes(1, input);
  for (const output of outputs) node.bytes(2, output);
  node.bytes(3, name ?? (outputs[0] as string)).bytes(4, op);
  for (const [key, value] of Object.entries(attributes)) {
    const attribute = message().bytes(1, key);
    if (typeof value === "string") attribute.bytes(4, value).integer(20, 3);
    else if ("float" in value) attribute.float(2, value.float).integer(20, 1);
    else if ("integer" in value) attribute.integer(3, value.integer).integer(20, 2);
    else if ("data" in value) attribute.bytes(5, encodeTensor("", value)).integer(20, 4);
    else encodeList(attribute, value);
    node.bytes(5, attribute);
  }
  if (domain !== undefined) node.bytes(7, domain);
  return node;
}

function encodeList(attribute: MessageWriter, list: List): void {
  if ("floats" in list) {
    for (const value of list.floats) attribute.float(7, value);
    attribute.integer(20, 6);
  } else if ("integers" in list) {
    for (const value of list.integers) attribute.integer(8, value);
    attribute.integer(20, 7);
  } else {
    for (const value of list.texts) attribute.bytes(9, value);
    attribute.integer(20, 8);
  }
}

function encodeTensor(name: string, { dtype, shape, data }: Tensor): MessageWriter {
  const type = Number(Object.keys(DTYPES).find((key) => DTYPES[Number(key)] === dtype));
  const tensor = message();
  for (const size of shape) tensor.integer(1, size);
  return tensor.integer(2, type).bytes(8, name).bytes(9, data);
}

function encodeTexts(name: string, texts: readonly string[]): MessageWriter {
  const tensor = message().integer(1, texts.length).integer(2, TEXT);
  for (const text of texts) tensor.bytes(6, text);
  return tensor.bytes(8, name);
}

function encodeValue({ name, type, shape = [] }: OnnxValue): MessageWriter {
  const sizes = message();
  for (const size of shape) {
    sizes.bytes(1, typeof size === "number" ? message().integer(1, size) : message().bytes(2, size ?? ""));
  }
  return message()
    .bytes(1, name)
    .bytes(2, message().bytes(1, message().integer(1, type).bytes(2, sizes)));
}
