/** `optimizers`: each optimizer's kernel over a million weights, beside a copy of as many bytes in the same memory. */

import type { Engine } from "../src/index.js";
import type { Kernels, Pointer } from "../src/wasm/kernels.js";
import { type Context, randomNumbers } from "./context.js";
import { type MeasureOptions, measureInTurn } from "./measure.js";

/** A line for a kernel. */
export interface OptimizerKernelResult {
  readonly bench: "optimizers";
  readonly kernel: string;
  readonly elements: number;
  readonly threads: number;
  /** Bytes read and written, by the second. */
  readonly gbPerSecond: number;
  /** The same of memory.copy, which reads and writes as many bytes together. */
  readonly copyGbPerSecond: number;
  readonly copyShare: number;
  readonly spread: number;
}

/** 105 000 weights are about the seed's network, which the caches hold. */
const SIZES = [105_000, 1_000_000];

/** Yields a line for each kernel and size, each measured in turn with its copy. */
export async function* benchOptimizers(
  context: Context,
  sizes: readonly number[] = SIZES,
  options: MeasureOptions = {},
): AsyncGenerator<OptimizerKernelResult> {
  const engine = await context.createEngine();
  const { threads } = engine.info();
  for (const elements of sizes) yield* benchKernels(engine, elements, threads, options);
  engine.dispose();
}

async function* benchKernels(
  engine: Engine,
  elements: number,
  threads: number,
  options: MeasureOptions,
): AsyncGenerator<OptimizerKernelResult> {
  const { memory, kernels } = engine;
  const arrays = Array.from({ length: 5 }, () => memory.allocate(elements * 4));
  for (const address of arrays) memory.f32(address, elements).set(randomNumbers(engine, elements).map(Math.abs));
  const first = memory.allocate(4);
  memory.i32(first, 1).fill(0);
  const [from, to] = [memory.allocate(elements * 20), memory.allocate(elements * 20)];
  for (const [kernel, { words, call }] of Object.entries(prepare(kernels, engine.team, elements, arrays))) {
    const bytes = words * elements * 4;
    const copy = () => kernels.gatherRows(1, (words * elements) / 2, first, from, to);
    const [timing, copyTiming] = (await measureInTurn([call, copy], options)) as [Timing, Timing];
    const [gbPerSecond, copyGbPerSecond] = [bytes / timing.seconds / 1e9, bytes / copyTiming.seconds / 1e9];
    const copyShare = gbPerSecond / copyGbPerSecond;
    const { spread } = timing;
    yield { bench: "optimizers", kernel, elements, threads, gbPerSecond, copyGbPerSecond, copyShare, spread };
  }
  for (const address of [...arrays, first, from, to]) memory.free(address);
}

type Timing = Awaited<ReturnType<typeof measureInTurn>>[number];

/** A kernel, and the floats it reads and writes for each weight. */
interface KernelCall {
  readonly words: number;
  call(): void;
}

function prepare(k: Kernels, team: Pointer, n: number, arrays: readonly Pointer[]): Record<string, KernelCall> {
  const [w, g, m, v, u] = arrays as [Pointer, Pointer, Pointer, Pointer, Pointer];
  // A step so short that the weights stay where they are, however often it is taken.
  const rate = 1e-9;
  const infinity = Number.POSITIVE_INFINITY;
  return {
    sgd: { words: 3, call: () => k.sgdStep(n, w, g, 0, 1, infinity, 0, 0, rate, 0, 1, false, team) },
    "sgd momentum": {
      words: 5,
      call: () => k.sgdStep(n, w, g, m, 1, infinity, 0, 0, rate, 0.9, 1, false, team),
    },
    rmsprop: {
      words: 5,
      call: () => k.rmspropStep(n, w, g, v, 0, 0, 1, infinity, 0, 0, rate, 0.99, 0.01, 1e-8, 0, team),
    },
    "rmsprop momentum centered": {
      words: 9,
      call: () => k.rmspropStep(n, w, g, v, m, u, 1, infinity, 0, 0, rate, 0.99, 0.01, 1e-8, 0.9, team),
    },
    adagrad: { words: 5, call: () => k.adagradStep(n, w, g, v, 1, infinity, 0, 0, rate, 1e-10, team) },
    adam: {
      words: 7,
      call: () => k.adamStep(n, w, g, m, v, 1, infinity, 0, 0, rate, 1, 0.9, 0.1, 0.999, 0.001, 1, 1e-8, team),
    },
    sumOfSquares: { words: 1, call: () => k.sumOfSquares(n, g, team) },
  };
}
