/** ONNX files to bytes. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */

import { maximumDescription } from "./metadata.js";
import { DTYPES, type OnnxModel, type OnnxNode, type OnnxValue } from "./onnx-model.js";
import { MessageWriter } from "./protobuf.js";
import type { Tensor } from "./tensor.js";

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
  for (const value of model.inputs) graph.bytes(11, encodeValue(value));
  for (const value of model.outputs) graph.bytes(12, encodeValue(value));
  const file = message().integer(1, irVersion).bytes(2, "simdgrad").bytes(7, graph);
  file.bytes(8, message().bytes(1, "").integer(2, model.opset));
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

function encodeNode({ op, inputs, outputs, attributes }: OnnxNode): MessageWriter {
  const node = message();
  for (const input of inputs) node.bytes(1, input);
  for (const output of outputs) node.bytes(2, output);
  node.bytes(3, outputs[0] as string).bytes(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = message().bytes(1, name);
    if (typeof value === "string") attribute.bytes(4, value).integer(20, 3);
    else if ("float" in value) attribute.float(2, value.float).integer(20, 1);
    else if ("integer" in value) attribute.integer(3, value.integer).integer(20, 2);
    else attribute.bytes(5, encodeTensor("", value)).integer(20, 4);
    node.bytes(5, attribute);
  }
  return node;
}

function encodeTensor(name: string, { dtype, shape, data }: Tensor): MessageWriter {
  const type = Number(Object.keys(DTYPES).find((key) => DTYPES[Number(key)] === dtype));
  const tensor = message();
  for (const size of shape) tensor.integer(1, size);
  return tensor.integer(2, type).bytes(8, name).bytes(9, data);
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
