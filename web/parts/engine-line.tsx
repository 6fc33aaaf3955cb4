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
