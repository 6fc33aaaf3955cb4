/** `optimizers`: compares each optimizer's kernel with a copy of as many bytes, and times a step of the MNIST example network with each. */

import { type Context, randomNumbers } from "../src/app/benchmark/context.js";
import { type MeasureOptions, measureInTurn } from "../src/app/benchmark/measure.js";
import { trainer } from "../src/app/benchmark/train.js";
import { createOptimizer, type DataSource, type Engine, type OptimizerConfig } from "../src/index.js";
import type { Kernels, Pointer } from "../src/wasm/kernels.js";

/** A line for a kernel. */
export interface OptimizerKernelResult {
  readonly bench: "optimizers";
  readonly kernel: string;
  readonly elements: number;
  readonly threads: number;
  /** Bytes read and written per second. */
  readonly gbPerSecond: number;
  /** The same for memory.copy on one thread, which reads and writes as many bytes in total. */
  readonly copyGbPerSecond: number;
  readonly copyShare: number;
  readonly spread: number;
}

/** A line for a training step. */
export interface OptimizerStepResult {
  readonly bench: "optimizers";
  readonly optimizer: string;
  readonly path: "dense" | "sparse";
  readonly threads: number;
  readonly microsecondsPerStep: number;
  /** Time relative to plain SGD on the same path. */
  readonly sgdRatio: number;
  readonly spread: number;
}

/** Numbers of weights: about the MNIST example network's, a million, and more than any cache holds. */
const SIZES = [105_000, 1_000_000, 8_000_000];
const OPTIMIZERS: Readonly<Record<string, OptimizerConfig>> = {
  sgd: { type: "sgd" },
  "sgd momentum": { type: "sgd", momentum: 0.9 },
  rmsprop: { type: "rmsprop" },
  adagrad: { type: "adagrad" },
  adam: { type: "adam" },
  "adamw clipNorm": { type: "adamw", clipNorm: 1 },
};

/** Yields a line per kernel and size, measured in turn with its copy; then one per optimizer and path, measured in turn. */
export async function* benchOptimizers(
  context: Context,
  sizes: readonly number[] = SIZES,
  options: MeasureOptions = {},
): AsyncGenerator<OptimizerKernelResult | OptimizerStepResult> {
  for (const elements of sizes) {
    const engine = await context.createEngine();
    yield* compareKernels(engine, elements, options);
    engine.dispose();
  }
  const source = await context.loadMnist();
  for (const path of ["dense", "sparse"] as const) yield* compareSteps(context, source, path, options);
}

async function* compareKernels(
  engine: Engine,
  elements: number,
  options: MeasureOptions,
): AsyncGenerator<OptimizerKernelResult> {
  const { memory, kernels } = engine;
  const pattern = randomNumbers(engine, 1000).map(Math.abs);
  const arrays = Array.from({ length: 5 }, () => memory.allocate(elements * 4));
  const [from, to] = [memory.allocate(elements * 18), memory.allocate(elements * 18)];
  const first = memory.allocate(4);
  for (const address of arrays) {
    memory.f32(address, elements).forEach((_, i, all) => {
      all[i] = pattern[i % 1000] as number;
    });
  }
  memory.i32(first, 1).fill(0);
  memory.u8(from, elements * 18).fill(1);
  const { threads } = engine.info();
  for (const [kernel, { words, call }] of Object.entries(prepare(kernels, engine.team, elements, arrays))) {
    const bytes = words * elements * 4;
    const copy = () => kernels.gatherRows(1, Math.floor((words * elements) / 2), first, from, to);
    const [timing, copyTiming] = (await measureInTurn([call, copy], options)) as [Timing, Timing];
    const [gbPerSecond, copyGbPerSecond] = [bytes / timing.seconds / 1e9, bytes / copyTiming.seconds / 1e9];
    const copyShare = gbPerSecond / copyGbPerSecond;
    const { spread } = timing;
    yield { bench: "optimizers", kernel, elements, threads, gbPerSecond, copyGbPerSecond, copyShare, spread };
  }
}

type Timing = Awaited<ReturnType<typeof measureInTurn>>[number];

/** A kernel, and how many floats it reads and writes per weight. */
interface KernelCall {
  readonly words: number;
  call(): void;
}

function prepare(k: Kernels, team: Pointer, n: number, arrays: readonly Pointer[]): Record<string, KernelCall> {
  const [w, g, m, v, u] = arrays as [Pointer, Pointer, Pointer, Pointer, Pointer];
  // So small a learning rate that the weights do not change, however many steps there are.
  const rate = 1e-9;
  const none = [1, Number.POSITIVE_INFINITY, 0, 0] as const;
  const penalties = [0.5, 1, 0.01, 0.01] as const;
  const adam = [rate, 1, 0.9, 0.1, 0.999, 0.001, 1, 1e-8, team] as const;
  return {
    sgd: { words: 3, call: () => k.sgdStep(n, w, g, 0, ...none, rate, 0, 1, false, team) },
    "sgd momentum": { words: 5, call: () => k.sgdStep(n, w, g, m, ...none, rate, 0.9, 1, false, team) },
    rmsprop: { words: 5, call: () => k.rmspropStep(n, w, g, v, 0, 0, ...none, rate, 0.99, 0.01, 1e-8, 0, team) },
    "rmsprop momentum centered": {
      words: 9,
      call: () => k.rmspropStep(n, w, g, v, m, u, ...none, rate, 0.99, 0.01, 1e-8, 0.9, team),
    },
    adagrad: { words: 5, call: () => k.adagradStep(n, w, g, v, ...none, rate, 1e-10, team) },
    adam: { words: 7, call: () => k.adamStep(n, w, g, m, v, ...none, ...adam) },
    "adam penalties clipping": { words: 7, call: () => k.adamStep(n, w, g, m, v, ...penalties, ...adam) },
    sumOfSquares: { words: 1, call: () => k.sumOfSquares(n, g, team) },
  };
}

async function* compareSteps(
  { createEngine }: Context,
  source: DataSource,
  path: "dense" | "sparse",
  options: MeasureOptions,
): AsyncGenerator<OptimizerStepResult> {
  const engine = await createEngine({ seed: 1 });
  const layers = [784, 100, 200, 10];
  const steps = Object.values(OPTIMIZERS).map((config) =>
    trainer(engine, source, layers, 32, path === "sparse", createOptimizer(config)),
  );
  const timings = await measureInTurn(steps, { sampleSeconds: 0.05, warmUpSeconds: 0.5, ...options });
  const { threads } = engine.info();
  for (const [index, optimizer] of Object.keys(OPTIMIZERS).entries()) {
    const { seconds, spread } = timings[index] as Timing;
    const sgdRatio = seconds / (timings[0] as Timing).seconds;
    yield { bench: "optimizers", optimizer, path, threads, microsecondsPerStep: seconds * 1e6, sgdRatio, spread };
  }
  engine.dispose();
}
