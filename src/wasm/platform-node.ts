/** What Node and browsers do differently, the Node side. `platform-web.ts` has the same exports. */

import { readFile } from "node:fs/promises";

/** The bytes of a binary that lies beside the library. */
export function fetchBinary(url: URL): Promise<Uint8Array> {
  return readFile(url);
}
