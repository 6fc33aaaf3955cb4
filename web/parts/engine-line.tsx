/** What a run was computed with. */

import type { EngineInfo } from "../../src/index.js";

/** Threads and binary, each with its reason. */
export function EngineLine({ info }: { readonly info: EngineInfo }) {
  return (
    <p class="hint">
      {info.threads} {info.threads === 1 ? "thread" : "threads"} ({info.threadsReason}) · {info.variant} SIMD (
      {info.variantReason})
    </p>
  );
}

/** Says that there is one thread only, and why, where the page is not isolated. */
export function OneThreadNote() {
  if (crossOriginIsolated) return null;
  return (
    <p class="hint">
      One thread only: this server does not send the headers COOP and COEP, without which browsers share no memory
      between threads. The weights will be the same, to the last bit.
    </p>
  );
}
