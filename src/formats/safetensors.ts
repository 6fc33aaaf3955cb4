/**
 * The safetensors format: u64 little-endian header length, JSON header, the tensors' bytes without gaps.
 * https://github.com/huggingface/safetensors ("Format"). Files may be hostile: the whole header is checked
 * before anything is returned.
 */
import { checkDepth } from "../checks/check-json.js";
import { checkBytes, checkRecord, describe, wrongType } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import { duplicateKey, halfPair } from "../checks/json-keys.js";
import { fileKind, mayBeSafetensors } from "./file-kind.js";
import { maximumDescription } from "./metadata.js";
import { byteLength, checkTensor, type Dtype, dtypes, isDtype, isSizes, type Tensor } from "./tensor.js";

/** The contents of a file. */
export interface Safetensors {
  /** By name, in the order of their data. */
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Record<string, string>;
}

/** A tensor's header entry: where its bytes are, relative to the end of the header. */
interface Entry {
  readonly key: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const lengthBytes = 8;
/** The most keys, and the most lists and objects, of a header: a tensor's shortest entry has four and three in 51 bytes. */
const maximumParts = (headerLength: number) => 2 ** 14 + Math.floor(headerLength / 12);
const HALF_PAIR = /\p{Surrogate}/u;
const metadataKey = "__metadata__";

/**
 * Parses a whole file. The tensors' data are views of it.
 *
 * @param name what to call the file in messages
 * @throws FormatError if any part of the file breaks the format
 */
export function parseSafetensors(bytes: Uint8Array, name = "safetensors"): Safetensors {
  checkBytes(name, bytes);
  const kind = fileKind(bytes);
  if (!mayBeSafetensors(kind)) {
    throw new FormatError(`${name}: expected a safetensors file, got ${kind}`);
  }
  const dataBegin = lengthBytes + readHeaderLength(bytes, name);
  const header = readHeader(bytes.subarray(lengthBytes, dataBegin), name);
  const metadata = readMetadata(header, name);
  const entries = Object.keys(header)
    .filter((key) => key !== metadataKey)
    .map((key) => readEntry(key, header[key], name))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, bytes.length - dataBegin, name);

  const tensors = new Map<string, Tensor>();
  for (const { key, dtype, shape, begin, end } of entries) {
    const data = new Uint8Array(bytes.buffer, bytes.byteOffset + dataBegin + begin, end - begin);
    tensors.set(key, { dtype, shape, data });
  }
  return { tensors, metadata };
}

/**
 * Serializes a file: the tensors in the given order, with data that begin at a multiple of 8 bytes.
 *
 * @throws RangeError for a name given twice or reserved, an unknown dtype, data whose length does not fit the shape
 * @throws TypeError for a metadata value that is not a string
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkRecord("metadata", metadata);
  const entries = [...tensors];
  const header = new TextEncoder().encode(headerText(entries, metadata));
  const headerLength = Math.ceil(header.length / 8) * 8;
  const dataLength = entries.reduce((sum, [, { data }]) => sum + data.length, 0);
  const maximum = maximumDescription(lengthBytes + headerLength + dataLength);
  if (headerLength > maximum) {
    throw new RangeError(`header: expected at most ${maximum} bytes beside ${dataLength} of data, got ${headerLength}`);
  }
  const bytes = new Uint8Array(lengthBytes + headerLength + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, lengthBytes, lengthBytes + headerLength);
  bytes.set(header, lengthBytes);
  let at = lengthBytes + headerLength;
  for (const [, { data }] of entries) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

function readHeaderLength(bytes: Uint8Array, name: string): number {
  if (bytes.length < lengthBytes) {
    throw new FormatError(`${name}: expected at least ${lengthBytes} bytes, got ${bytes.length}`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const maximum = Math.min(maximumDescription(bytes.length), bytes.length - lengthBytes);
  if (length > maximum) {
    throw new FormatError(
      `${name}: expected a header of at most ${maximum} bytes (file: ${bytes.length}), got ${length}`,
    );
  }
  return Number(length);
}

/** The header from JSON.parse. All properties are its own, so a key such as `__proto__` is like any other. */
function readHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) {
    throw new FormatError(`${name}: expected a header that begins with "{", got ${bytes[0] ?? "none"}`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const most = maximumParts(bytes.length);
    checkDepth(text, most);
    // Before objects are created: the set of keys is freed before they take memory.
    const twice = duplicateKey(text, most);
    if (twice !== undefined) throw new FormatError(`${name}: expected each key once, got ${quote(twice)} twice`);
    // The Rust implementation refuses it in every string.
    const half = halfPair(text);
    if (half !== undefined) throw new FormatError(`${name}: expected well-formed Unicode, got \\${half}`);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${name}: expected a JSON header, got: ${(error as Error).message}`, { cause: error });
  }
}

function readMetadata(header: Record<string, unknown>, name: string): Record<string, string> {
  if (!Object.hasOwn(header, metadataKey)) return {};
  const metadata = header[metadataKey];
  if (!isObject(metadata)) {
    throw new FormatError(`${name}: ${metadataKey}: expected an object, got ${describe(metadata)}`);
  }
  for (const key of Object.keys(metadata)) {
    const value = metadata[key];
    if (typeof value !== "string") {
      throw new FormatError(`${name}: ${metadataKey} ${quote(key)}: expected a string, got ${describe(value)}`);
    }
  }
  return metadata as Record<string, string>;
}

/** Checks one tensor's entry: known type, size = product of the shape × bytes of an element. */
function readEntry(key: string, value: unknown, name: string): Entry {
  const reject = (expected: string, got: unknown): never => {
    throw new FormatError(`${name}: tensor ${quote(key)}: expected ${expected}, got ${describe(got)}`);
  };
  if (!isObject(value)) return reject("an object", value);
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  if (Object.keys(others).length > 0) reject("only dtype, shape and data_offsets", Object.keys(others)[0]);
  if (!isDtype(dtype)) return reject(`a dtype of ${dtypes.join(" ")}`, dtype);
  if (!isSizes(shape)) return reject("a shape of sizes", shape);
  if (!isSizes(offsets) || offsets.length !== 2) return reject("data_offsets [begin, end]", offsets);
  const [begin, end] = offsets as [number, number];
  if (begin > end) reject("data_offsets with begin <= end", [begin, end]);
  const size = byteLength(dtype, shape);
  if (size !== end - begin) {
    reject(`${size ?? "more than 2^53"} bytes for ${dtype} of shape [${shape.slice(0, 8)}]`, end - begin);
  }
  return { key, dtype, shape, begin, end };
}

/** Checks that the sorted entries cover the data without holes or overlaps. */
function checkCoverage(entries: readonly Entry[], dataLength: number, name: string): void {
  let covered = 0;
  for (const { key, begin, end } of entries) {
    if (begin !== covered) {
      const problem = begin < covered ? "overlap" : "hole";
      throw new FormatError(
        `${name}: ${problem}, expected tensor ${quote(key)} to begin at byte ${covered}, got ${begin}`,
      );
    }
    covered = end;
  }
  if (covered !== dataLength) {
    throw new FormatError(`${name}: expected ${covered} bytes of data after the header, got ${dataLength}`);
  }
}

/** The header with keys in the given order. Built as text: an object would move keys such as "1" to the front. */
function headerText(
  entries: readonly (readonly [string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): string {
  const members: string[] = [];
  const metadataMembers = Object.entries(metadata).map(([key, value]) => {
    if (typeof value !== "string") throw wrongType(`metadata ${quote(key)}`, "a string", value);
    return member(key, value);
  });
  if (metadataMembers.length > 0) members.push(`"${metadataKey}":{${metadataMembers.join(",")}}`);

  const names = new Set([metadataKey]);
  let begin = 0;
  for (const [key, tensor] of entries) {
    if (names.has(key)) throw new RangeError(`tensor ${quote(key)}: expected a name not used yet nor reserved, got it`);
    names.add(key);
    checkTensor(tensor, `tensor ${quote(key)}`);
    const { dtype, shape, data } = tensor;
    members.push(member(key, { dtype, shape, data_offsets: [begin, begin + data.length] }));
    begin += data.length;
  }
  return `{${members.join(",")}}`;
}

/** A key and its value as JSON. @throws RangeError for half a surrogate pair, which has no UTF-8 */
function member(key: string, value: unknown): string {
  for (const text of [key, value]) {
    if (typeof text === "string" && HALF_PAIR.test(text)) {
      throw new RangeError(`header: expected well-formed Unicode, got ${quote(text)}`);
    }
  }
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A name for a message: a hostile one may have 100 MB. */
function quote(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
