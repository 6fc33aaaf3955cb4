/** The binaries and the worker's program as strings inside the library. Replaces `binary-files.ts` in `simdgrad/inline`. */

import { startWorkerFrom, type ThreadWorker } from "#platform";
import type { BinaryName } from "./variant.js";

/** scripts/build-inline.mjs fills these in: base64 of the deflated binaries, and the worker's program. */
declare const EMBEDDED_BINARIES: Readonly<Record<BinaryName, string>>;
declare const EMBEDDED_WORKER: string;

/** The bytes of a binary. */
export async function loadBinary(name: BinaryName): Promise<BufferSource> {
  const deflated = Uint8Array.from(atob(EMBEDDED_BINARIES[name]), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(inflated).arrayBuffer();
}

/** Starts a worker from its program's source. */
export function startWorker(): ThreadWorker {
  return startWorkerFrom(EMBEDDED_WORKER);
}
