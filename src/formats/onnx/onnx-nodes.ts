/** Nodes of ONNX graphs from bytes: their operators first, so that an unknown one is named whatever else it has. */

import { FormatError } from "../../checks/errors.js";
import { type OnnxFile, quote } from "./onnx-messages.js";
import type { Attribute, OnnxNode } from "./onnx-model.js";
import { DOMAINS } from "./onnx-operators.js";
import { decodeTensor } from "./onnx-tensors.js";

/** Inputs, outputs and attributes of a node; a node that joins columns has more inputs, which count as elements of a list. */
const MOST_PARTS = 16;
/** Types of attributes as ONNX numbers them, and the fields with their values. */
const ATTRIBUTE_FIELDS: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 4, 4: 5, 6: 7, 7: 8, 8: 9 };

/** @throws FormatError for an operator that is not read, and for more parts than a node of a dense network has */
export function decodeNode(bytes: Uint8Array, file: OnnxFile): OnnxNode {
  const { op, ...names } = namesOf(bytes, file);
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, Attribute>();
  for (const field of file.fields(bytes)) {
    if (field.number === 1) {
      if (inputs.length >= MOST_PARTS) file.take(1);
      inputs.push(file.text(field));
    } else if (field.number === 2) outputs.push(file.text(field));
    else if (field.number === 5) {
      const [key, value] = decodeAttribute(file.contents(field), file);
      if (attributes.has(key)) {
        throw new FormatError(`${file.name}: expected each attribute once, got ${quote(key)} twice`);
      }
      attributes.set(key, value);
    }
    if (Math.max(outputs.length, attributes.size) > MOST_PARTS) {
      throw new FormatError(
        `${file.name}: ${quote(op)}: expected at most ${MOST_PARTS} outputs and attributes each, got more`,
      );
    }
  }
  return { op, ...names, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

/** A node's operator, one that is read, and what it and its domain are called. */
function namesOf(bytes: Uint8Array, file: OnnxFile): Pick<OnnxNode, "op" | "name" | "domain"> {
  let [op, name, domain, result] = ["", "", "", ""];
  for (const field of file.fields(bytes)) {
    if (field.number === 2) result ||= file.text(field);
    else if (field.number === 3) name = file.text(field);
    else if (field.number === 4) op = file.text(field);
    else if (field.number === 7) domain = file.text(field);
  }
  if (domain === "ai.onnx") domain = "";
  if (DOMAINS.get(domain)?.has(op)) return { op, ...(name && { name }), ...(domain && { domain }) };
  const known = [...(DOMAINS.get("") ?? [])].join(", ");
  const others = [...DOMAINS].flatMap(([key, ops]) => (key === "" ? [] : [` and of ${key} ${[...ops].join(", ")}`]));
  const got = `${quote(op)}${domain === "" ? "" : ` of ${quote(domain)}`}`;
  throw new FormatError(`${file.name}: node ${quote(name || result)}: expected one of ${known}${others}, got ${got}`);
}

function decodeAttribute(bytes: Uint8Array, file: OnnxFile): [string, Attribute] {
  const [floats, integers, texts]: [number[], number[], string[]] = [[], [], []];
  let key = "";
  let value: Attribute | undefined;
  let type: number | undefined;
  let valueField: number | undefined;
  for (const field of file.fields(bytes)) {
    if (field.number === 1) key = file.text(field);
    else if (field.number === 2 && field.wire === 5) {
      value = { float: new DataView(field.value.buffer, field.value.byteOffset).getFloat32(0, true) };
    } else if (field.number === 3) value = { integer: file.integer(field) };
    else if (field.number === 4) value = file.text(field);
    else if (field.number === 5) value = attributeTensor(file.contents(field), file);
    else if (field.number === 7) file.addFloats(floats, field);
    else if (field.number === 8) file.addIntegers(integers, field);
    else if (field.number === 9) {
      file.take(1);
      texts.push(file.text(field));
    } else if (field.number === 20) type = file.integer(field);
    if (![2, 3, 4, 5, 7, 8, 9].includes(field.number)) continue;
    // Lists have a field for each element.
    if (valueField !== undefined && (valueField !== field.number || field.number <= 5)) {
      throw new FormatError(`${file.name}: attribute ${quote(key)}: expected one value, got several`);
    }
    valueField = field.number;
  }
  // A file of IR version 1 has no types.
  if (type !== undefined && valueField !== undefined && ATTRIBUTE_FIELDS[type] !== valueField) {
    const problem = `expected a value of its type ${type}, got one of another`;
    throw new FormatError(`${file.name}: attribute ${quote(key)}: ${problem}`);
  }
  const list = valueField ?? (type === undefined ? undefined : ATTRIBUTE_FIELDS[type]);
  if (list === 7) value = { floats };
  else if (list === 8) value = { integers };
  else if (list === 9) value = { texts };
  // proto3 leaves zeros out.
  else if (value === undefined && type === 1) value = { float: 0 };
  else if (value === undefined && type === 2) value = { integer: 0 };
  else if (value === undefined && type === 3) value = "";
  if (value !== undefined) return [key, value];
  const problem = `expected a number, a text, a tensor or a list of numbers or texts, got type ${type}`;
  throw new FormatError(`${file.name}: attribute ${quote(key)}: ${problem}`);
}

function attributeTensor(bytes: Uint8Array, file: OnnxFile): Attribute {
  const named = decodeTensor(bytes, file);
  return "texts" in named ? { texts: named.texts } : named.tensor;
}
