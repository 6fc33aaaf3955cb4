/** `openblas`: compares a large product on one thread with NumPy's `@` (OpenBLAS), in alternating samples. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Context, randomMatrix } from "../src/app/benchmark/context.js";
import { measure, summarize } from "../src/app/benchmark/measure.js";

/** One line of the benchmark. */
export interface OpenblasResult {
  readonly bench: "openblas";
  readonly size: number;
  readonly numpy: string;
  readonly variant: string;
  readonly revectorize: boolean;
  readonly tile: string;
  readonly gflops: number;
  readonly openblasGflops: number;
  /** gflops / openblasGflops. */
  readonly ratio: number;
  readonly spread: number;
  readonly openblasSpread: number;
}

const SAMPLES = 31;
/** Products per sample: about 50 ms. */
const REPETITIONS = 20;

/** Yields a line per size. @throws Error without a `python3` that has NumPy */
export async function* benchOpenblas({ createEngine }: Context, sizes = [480, 1024]): AsyncGenerator<OpenblasResult> {
  const engine = await createEngine({ threads: 1 });
  const { kernels, team } = engine;
  const { variant, revectorize, tile } = engine.info();
  for (const size of sizes) {
    const [a, b, c] = [0, 1, 2].map(() => randomMatrix(engine, size, size).pointer) as [number, number, number];
    const call = () => kernels.gemm(false, false, size, size, size, 1, a, size, b, size, 0, c, size, team);
    const numpy = await startNumpy(size);
    await measure(call, { samples: 1 });
    await numpy.multiply(REPETITIONS);
    const [own, theirs]: [number[], number[]] = [[], []];
    const rate = (seconds: number) => (2 * size ** 3 * REPETITIONS) / seconds / 1e9;
    for (let sample = 0; sample < SAMPLES; ++sample) {
      const start = performance.now();
      for (let i = 0; i < REPETITIONS; ++i) call();
      own.push(rate((performance.now() - start) / 1000));
      theirs.push(rate(await numpy.multiply(REPETITIONS)));
    }
    numpy.end();
    const [mine, other] = [summarize(own), summarize(theirs)];
    yield {
      bench: "openblas",
      size,
      numpy: numpy.version,
      variant,
      revectorize,
      tile,
      gflops: mine.median,
      openblasGflops: other.median,
      ratio: mine.median / other.median,
      spread: mine.spread,
      openblasSpread: other.spread,
    };
  }
  engine.dispose();
}

/** A Python process that multiplies on one thread. */
async function startNumpy(size: number) {
  const child = spawn("python3", [fileURLToPath(new URL("openblas.py", import.meta.url)), String(size)], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OMP_NUM_THREADS: "1" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const failed = once(child, "error").then(([error]) => {
    throw new Error(`python3 with NumPy is needed: ${(error as Error).message}`);
  });
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error("python3 with NumPy is needed: the process ended");
    return JSON.parse(value);
  };
  const { version } = (await answer()) as { version: string };
  return {
    version,
    /** @returns seconds */
    async multiply(repetitions: number): Promise<number> {
      child.stdin.write(`${repetitions}\n`);
      return ((await answer()) as { seconds: number }).seconds;
    },
    end: () => child.stdin.end(),
  };
}
