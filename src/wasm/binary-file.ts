/** Loads a binary from a file. */

import { fetchBytes } from "#platform";
import { messageOf } from "../checks/check-options.js";
import { LoadError } from "../checks/errors.js";

/** Loads the bytes at a URL; in Node a string may also be a path. @throws LoadError with the URL if that fails */
export async function fetchBinary(url: string | URL): Promise<BufferSource> {
  try {
    return await fetchBytes(url);
  } catch (cause) {
    throw new LoadError(`cannot load ${url}: ${messageOf(cause)}`, { cause });
  }
}
