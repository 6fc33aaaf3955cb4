/** Messages between the Benchmark tab and its worker. */

import type { PagePart, PageResult } from "../../src/app/benchmark/page.js";
import type { EngineInfo } from "../../src/index.js";

/** Page to worker, once. To stop a benchmark, the page ends the worker. */
export interface BenchmarkRequest {
  readonly parts: readonly PagePart[];
  readonly variant: "auto" | "relaxed" | "simd";
  /** Folder of the MNIST files. */
  readonly base: string;
}

/** Worker to page. */
export type BenchmarkMessage =
  | { readonly kind: "engine"; readonly info: EngineInfo }
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "result"; readonly result: PageResult }
  | { readonly kind: "end"; readonly error?: string };
