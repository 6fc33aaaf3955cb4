/** Notes on a run's engine: what it used, and what the browser does not allow. */

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

interface Props {
  /** Whether the page would use more threads, if it could. */
  readonly threads?: boolean;
}

/** Says what the browser does not allow this page, and what follows from it. Empty if it allows everything. */
export function MissingNote({ threads = true }: Props) {
  if (!isSecureContext) {
    return (
      <p class="hint">
        You opened this page over plain HTTP. There, browsers share no memory between threads, so training uses one
        thread and gives the same bits. They store no files, so each visit downloads MNIST, and the page does not open
        offline. None of this applies over HTTPS or from localhost.
      </p>
    );
  }
  if (crossOriginIsolated || !threads) return null;
  return (
    <p class="hint">
      Training uses one thread: this server does not send the COOP and COEP headers, and browsers need them to share
      memory between threads. The weights are the same, bit for bit.
    </p>
  );
}
