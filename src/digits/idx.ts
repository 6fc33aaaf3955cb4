/** The IDX format of the MNIST files, unsigned bytes only: http://yann.lecun.com/exdb/mnist/ ("File formats"). */
import { checkBytes } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";

/** An array of unsigned bytes, row-major: the last dimension is contiguous. */
export interface IdxArray {
  /** Elements in each of the 1 to 3 dimensions, slowest first. */
  readonly shape: readonly number[];
  /** The elements, as a view of the file's bytes. */
  readonly data: Uint8Array;
}

const unsignedByte = 0x08;
const otherTypes: Readonly<Record<number, string>> = {
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "32-bit floats",
  14: "64-bit floats",
};
const maximumRank = 3;

/**
 * Reads an IDX file of unsigned bytes: `00 00 08 rank`, `rank` big-endian u32 sizes, then the elements, and nothing after them.
 *
 * @param bytes the whole file, unpacked; `data` is a view of it
 * @param name what to call the file in messages
 * @throws FormatError for a wrong magic number, element type, size or length
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  checkBytes(name, bytes);
  const rank = readRank(bytes, name);
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new FormatError(`${name}: expected a header of ${header} bytes, got a file of ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const shape = Array.from({ length: rank }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  // Below 2^96 as a double: a product too large to be exact is also too large to equal a file's length.
  const expected = shape.reduce((product, size) => product * size, 1);
  const got = bytes.length - header;
  if (got !== expected) {
    const problem = got < expected ? "truncated" : "oversized";
    throw new FormatError(
      `${name}: ${problem}, expected ${expected} bytes of data for shape ${shape.join("x")}, got ${got}`,
    );
  }
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + header, got) };
}

/** The number of dimensions, from the four bytes of the magic. */
function readRank(bytes: Uint8Array, name: string): number {
  const [zero, alsoZero, type = 0, rank] = bytes;
  const other = otherTypes[type];
  if (zero === 0 && alsoZero === 0 && other && rank) {
    throw new FormatError(
      `${name}: expected an IDX file of unsigned bytes (type 08), got one of ${other} (type ${hex(type)})`,
    );
  }
  if (zero !== 0 || alsoZero !== 0 || type !== unsignedByte || !rank || rank > maximumRank) {
    const got = Array.from(bytes.subarray(0, 4), hex).join(" ");
    throw new FormatError(
      `${name}: expected an IDX file of unsigned bytes (magic 00 00 08 01 to 03), got magic ${got || "of an empty file"}`,
    );
  }
  return rank;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
