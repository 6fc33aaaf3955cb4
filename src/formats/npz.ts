/** The npz format of NumPy, a ZIP archive of npy files, packed and unpacked by fflate: `simdgrad/npz`. */

import { inflateSync, type Zippable, zipSync } from "fflate";
import { checkIterable } from "../checks/check-list.js";
import {
  checkBoolean,
  checkBytes,
  checkOptions,
  checkRecord,
  checkText,
  type OptionNames,
  wrongType,
} from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import { crc32 } from "../codecs/crc32.js";
import { type NpyArray, type NpyData, readNpy, serializeNpy } from "./npy.js";
import { readZipDirectory, type ZipEntry } from "./zip-directory.js";

export { type NpyArray, type NpyData, parseNpy, serializeNpy } from "./npy.js";

/** Options of `parseNpz`. */
export interface NpzOptions {
  /**
   * The most bytes of all files after unpacking. Default: the archive's size plus 8 MiB. Reading then takes at most twice the
   * archive plus 16 MiB, and as much again for float16, which becomes float32. Raise it for archives that you trust.
   */
  readonly maxBytes?: number;
}

/** Options of `serializeNpz`. */
export interface NpzWriteOptions {
  /** Whether to deflate the arrays, like `numpy.savez_compressed`; default true. */
  readonly compress?: boolean;
}

const OPTIONS: OptionNames<NpzOptions> = { maxBytes: true };
const WRITE_OPTIONS: OptionNames<NpzWriteOptions> = { compress: true };
const SUFFIX = ".npy";
const DEFAULT_ROOM = 8 * 2 ** 20;

/**
 * Reads the arrays of an npz file by name, as copies. Checks every size, offset and ratio in the archive's directory before it
 * unpacks anything, and the unpacked bytes against their CRC-32 and their size.
 *
 * @param name of the file, for messages
 * @throws FormatError for any other file, or one that unpacks to more than `maxBytes`
 */
export function parseNpz(bytes: Uint8Array, name = "npz", options: NpzOptions = {}): Map<string, NpyArray> {
  checkBytes(name, bytes);
  checkOptions("parseNpz", options, OPTIONS);
  const { maxBytes = bytes.length + DEFAULT_ROOM } = options;
  if (typeof maxBytes !== "number") throw wrongType("npz: maxBytes", "a number", maxBytes);
  if (!(maxBytes >= 0)) throw new RangeError(`npz: maxBytes: expected a number of at least 0, got ${maxBytes}`);
  const entries = readZipDirectory(bytes, name);
  const foreign = entries.find((entry) => !entry.name.endsWith(SUFFIX));
  if (foreign) {
    throw new FormatError(`${name}: expected files named ….npy, got ${JSON.stringify(foreign.name.slice(0, 80))}`);
  }
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) {
    throw new FormatError(`${name}: expected at most ${maxBytes} bytes unpacked (maxBytes), got ${total}`);
  }
  const arrays = new Map<string, NpyArray>();
  for (const entry of entries) {
    const label = `${name}: ${entry.name.slice(0, 80)}`;
    const npy = entry.deflated ? inflate(bytes, entry, label) : bytes.subarray(entry.begin, entry.end);
    if (crc32(npy) !== entry.crc) throw new FormatError(`${label}: expected the CRC-32 ${entry.crc}, got another`);
    arrays.set(entry.name.slice(0, -SUFFIX.length), readNpy(npy, label, entry.deflated));
  }
  return arrays;
}

/**
 * Serializes arrays as an npz file. The same arrays give the same bytes.
 *
 * @example serializeNpz(Object.entries(network.stateDict()))
 *
 * @param arrays name, and shape and elements row by row
 * @throws TypeError for anything else; RangeError for a name given twice; TypeError, ShapeError as `serializeNpy`
 */
export function serializeNpz(
  arrays: Iterable<readonly [string, { readonly shape: readonly number[]; readonly data: NpyData }]>,
  options: NpzWriteOptions = {},
): Uint8Array {
  checkOptions("serializeNpz", options, WRITE_OPTIONS);
  const { compress = true } = options;
  checkBoolean("npz: compress", compress);
  checkIterable("npz: arrays", arrays, "a list of [name, array]");
  const files: Zippable = {};
  for (const entry of arrays) {
    if (!Array.isArray(entry)) throw wrongType("npz: arrays", "pairs of a name and an array", entry);
    const [key, array] = entry;
    checkText("npz: name", key);
    if (key.includes("\0"))
      throw new RangeError(`npz: expected a name without NUL, got ${JSON.stringify(key.slice(0, 80))}`);
    checkRecord(`npz: ${key}`, array, "an object with shape and data");
    const { shape, data } = array;
    if (Object.hasOwn(files, key + SUFFIX)) throw new RangeError(`npz: expected each name once, got "${key}" twice`);
    files[key + SUFFIX] = serializeNpy(data, shape);
  }
  // The first date of ZIP: the time of writing must not change the bytes.
  return zipSync(files, { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}

/** Unpacks a deflated entry. */
function inflate(bytes: Uint8Array, { begin, end, size }: ZipEntry, label: string): Uint8Array {
  // fflate drops what does not fit: one extra byte shows whether there was more.
  const room = new Uint8Array(size + 1);
  let unpacked: Uint8Array;
  try {
    unpacked = inflateSync(bytes.subarray(begin, end), { out: room });
  } catch (cause) {
    throw new FormatError(`${label}: expected deflated data, got: ${(cause as Error).message}`, { cause });
  }
  if (unpacked.length === size) return unpacked;
  const got = unpacked.length > size ? "more" : unpacked.length;
  throw new FormatError(`${label}: expected ${size} bytes unpacked, got ${got}`);
}
