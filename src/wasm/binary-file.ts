/** A binary as a file, beside the library or where the caller says. */

import { fetchBytes } from "#platform";
import { messageOf } from "../checks/check-options.js";
import { LoadError } from "../checks/errors.js";

/** The bytes at a URL; in Node a text may be a path, too. @throws LoadError, which names the URL, when they cannot be had */
export async function fetchBinary(url: string | URL): Promise<BufferSource> {
  try {
    return await fetchBytes(url);
  } catch (cause) {
    throw new LoadError(`cannot load ${url}: ${messageOf(cause)}`, { cause });
  }
}
