/** `page`: the measurements of the page's benchmark tab, with the same code in a browser and in Node. */

import type { EngineOptions } from "../../index.js";
import type { Context } from "./context.js";
import { benchGemm, type GemmResult } from "./gemm.js";
import { benchKernels, type KernelResult } from "./kernels.js";
import type { MeasureOptions } from "./measure.js";
import { benchTrain, type TrainResult, WORKLOADS } from "./train.js";

export const PAGE_PARTS = ["train", "gemm", "kernels"] as const;

/** A part of the benchmark, named as `bench` in its lines. */
export type PagePart = (typeof PAGE_PARTS)[number];

export type PageResult = TrainResult | GemmResult | KernelResult;

/** Options of `benchPage`. */
export interface PageOptions extends MeasureOptions {
  /** Default: all. */
  readonly parts?: readonly PagePart[];
  /** Called with the finished share, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const GEMM_SHAPES = [
  [32, 100, 784],
  [784, 100, 32],
  [32, 100, 200],
  [480, 480, 480],
] as const;
/** Rows of 256 columns: arrays of 32 KiB. */
const KERNEL_ROWS = [32];
const KERNELS = 17;
const TRANSPOSITIONS = 3;

/** Yields the lines of a training step of the MNIST example network, of matrix products and of the other kernels. */
export async function* benchPage(context: Context, options: PageOptions = {}): AsyncGenerator<PageResult> {
  const { parts = PAGE_PARTS, onProgress, ...measuring } = options;
  const counts = [...new Set([1, context.threads])];
  // Duration of each part in units of one kernel line.
  const sizes = {
    train: 5 * counts.length,
    gemm: GEMM_SHAPES.length * TRANSPOSITIONS * counts.length,
    kernels: KERNELS,
  };
  const total = parts.reduce((sum, part) => sum + sizes[part], 0);
  let done = 0;
  const advance = (units: number) => onProgress?.(Math.min(1, (done + units) / total));
  if (parts.includes("train")) {
    yield* benchTrain(context, WORKLOADS.slice(0, 1), {
      samples: 25,
      sampleSeconds: 0.05,
      warmUpSeconds: 0.5,
      ...measuring,
      onProgress: (share) => advance(share * sizes.train),
    });
    done += sizes.train;
  }
  if (parts.includes("gemm")) {
    for (const threads of counts) {
      const createEngine = (more?: EngineOptions) => context.createEngine({ threads, ...more });
      for await (const result of benchGemm({ ...context, createEngine }, GEMM_SHAPES, measuring)) {
        yield result;
        ++done;
        advance(0);
      }
    }
  }
  if (!parts.includes("kernels")) return;
  const createEngine = (more?: EngineOptions) => context.createEngine({ threads: 1, ...more });
  for await (const result of benchKernels({ ...context, createEngine }, KERNEL_ROWS, measuring)) {
    yield result;
    ++done;
    advance(0);
  }
}
