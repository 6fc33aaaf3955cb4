/** `threads`: the speedup of several threads, and the cost of handing them a job. */

import { type Context, randomMatrix } from "../src/app/benchmark/context.js";
import { type MeasureOptions, measureInTurn } from "../src/app/benchmark/measure.js";
import { trainer } from "../src/app/benchmark/train.js";
import type { Engine } from "../src/index.js";

/** One line of the benchmark. */
export interface ThreadsResult {
  readonly bench: "threads";
  readonly work: string;
  readonly threads: number;
  readonly microseconds: number;
  /** Relative to one thread. */
  readonly speedup: number;
  /** Loss against ideal scaling: microseconds − those of one thread / threads. */
  readonly overheadMicroseconds: number;
  readonly spread: number;
}

/** Products, from one just large enough to divide, and a training step of the MNIST example network. */
const SIZES = [
  [32, 48, 48],
  [32, 200, 100],
  [480, 480, 480],
  [1024, 1024, 1024],
] as const;

/** Yields a line per task and number of threads, measured in turn. */
export async function* benchThreads(
  { createEngine, threads, loadMnist }: Context,
  sizes: readonly (readonly [number, number, number])[] = SIZES,
  options: MeasureOptions = { samples: 31, sampleSeconds: 0.02, warmUpSeconds: 0.3 },
): AsyncGenerator<ThreadsResult> {
  const engines: Engine[] = [];
  for (let count = 1; count <= threads; ++count) engines.push(await createEngine({ threads: count, seed: 1 }));
  for (const [m, n, k] of sizes) {
    yield* compare(`${m}x${n}x${k}`, engines, (engine) => product(engine, m, n, k), options);
  }
  const source = await loadMnist();
  yield* compare("784-100-200-10 dense", engines, (engine) => trainer(engine, source, LAYERS, 32, false), options);
  yield* compare("784-100-200-10 sparse", engines, (engine) => trainer(engine, source, LAYERS, 32, true), options);
  for (const engine of engines) engine.dispose();
}

const LAYERS = [784, 100, 200, 10];

async function* compare(
  work: string,
  engines: readonly Engine[],
  prepare: (engine: Engine) => () => void,
  options: MeasureOptions,
): AsyncGenerator<ThreadsResult> {
  const timings = await measureInTurn(engines.map(prepare), options);
  const alone = (timings[0]?.seconds ?? 0) * 1e6;
  for (const [index, { seconds, spread }] of timings.entries()) {
    const threads = engines[index]?.info().threads ?? 1;
    const microseconds = seconds * 1e6;
    const overheadMicroseconds = microseconds - alone / threads;
    yield {
      bench: "threads",
      work,
      threads,
      microseconds,
      speedup: alone / microseconds,
      overheadMicroseconds,
      spread,
    };
  }
}

function product(engine: Engine, m: number, n: number, k: number): () => void {
  const { kernels, team } = engine;
  const [a, b, c] = [
    randomMatrix(engine, m, k).pointer,
    randomMatrix(engine, k, n).pointer,
    engine.matrix(m, n).pointer,
  ];
  return () => kernels.gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n, team);
}
