/** The current or last benchmark, as signals that the worker's messages fill. */

import { batch, computed, signal } from "@preact/signals";
import { PAGE_PARTS, type PagePart, type PageResult } from "../../src/app/benchmark/page.js";
import type { EngineInfo } from "../../src/index.js";
import { WorkerHost } from "../page/worker-host.js";
import type { BenchmarkMessage, BenchmarkRequest } from "../protocol/benchmark.js";

export const parts = signal<readonly PagePart[]>(PAGE_PARTS);
export const variant = signal<BenchmarkRequest["variant"]>("auto");
export const benchmarkStatus = signal<"idle" | "running" | "stopped" | "finished" | "failed">("idle");
export const benchmarkFailure = signal("");
export const benchmarkProgress = signal(0);
export const benchmarkEngine = signal<EngineInfo | undefined>(undefined);
export const results = signal<readonly PageResult[]>([]);

/** Whether the lines have been copied. */
export const benchmarkCopied = signal(false);
export const benchmarkUnsaved = computed(
  () => benchmarkStatus.value === "running" || (results.value.length > 0 && !benchmarkCopied.value),
);

let host: WorkerHost | undefined;

/** Starts again. */
export function startBenchmark(): void {
  host?.end();
  batch(() => {
    benchmarkStatus.value = "running";
    benchmarkCopied.value = false;
    benchmarkFailure.value = "";
    benchmarkProgress.value = 0;
    // It may describe another binary, and if this run fails, nothing was measured on it.
    benchmarkEngine.value = undefined;
    results.value = [];
  });
  host = new WorkerHost(
    new Worker(new URL("../worker/benchmark-worker.ts", import.meta.url), { type: "module", name: "benchmark" }),
    {
      onMessage: (message) => take(message as BenchmarkMessage),
      onDeath: (reason) => end("failed", `The benchmark's worker died: ${reason}`),
    },
  );
  const base = new URL("mnist/", document.baseURI).href;
  host.post({ parts: parts.value, variant: variant.value, base } satisfies BenchmarkRequest);
}

/** Ends the worker and its threads. The lines so far stay. */
export function stopBenchmark(): void {
  if (benchmarkStatus.value === "running") end("stopped");
}

function end(status: "stopped" | "finished" | "failed", failure = ""): void {
  host?.end();
  host = undefined;
  batch(() => {
    benchmarkStatus.value = status;
    benchmarkFailure.value = failure;
    if (status === "finished") benchmarkProgress.value = 1;
  });
}

function take(message: BenchmarkMessage): void {
  if (message.kind === "engine") benchmarkEngine.value = message.info;
  else if (message.kind === "progress") benchmarkProgress.value = message.share;
  else if (message.kind === "result") results.value = [...results.value, message.result];
  else end(message.error === undefined ? "finished" : "failed", message.error);
}
