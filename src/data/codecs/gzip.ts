/** Gzip, unpacked by fflate a part at a time, so that what unpacks to more than it should ends early. */

import { Gunzip } from "fflate";
import { FormatError } from "../../errors.js";

/** Bytes that are handed on at a time, each of which may unpack to 1032. */
const PART = 1024;
const MOST_RATIO = 1032;

/**
 * The unpacked bytes, exactly `size`, of one member or several. Checksums are not compared.
 *
 * @throws FormatError for another size, and what is no gzip data
 */
export function unpackGzip(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const broken = (got: string, cause?: unknown) =>
    new FormatError(`expected gzip data of ${size} bytes, got ${got}`, { cause });
  if (size > packed.length * MOST_RATIO) throw broken(`${packed.length} packed`);
  const out = new Uint8Array(size);
  let to = 0;
  const gunzip = new Gunzip((part) => {
    if (to + part.length > size) throw broken("more");
    out.set(part, to);
    to += part.length;
  });
  try {
    for (let from = 0; from < packed.length; from += PART) gunzip.push(packed.subarray(from, from + PART));
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw broken(`some with: ${(cause as Error).message}`, cause);
  }
  if (to !== size) throw broken(String(to));
  return out;
}
