/** `gemm`: the matrix product at the shapes of training and at large ones, against the multiply-add limit of a core. */

import { type Context, randomMatrix } from "./context.js";
import { type MeasureOptions, measureInTurn, PeakProbe, type Timing } from "./measure.js";

/** One line of the benchmark. */
export interface GemmResult {
  readonly bench: "gemm";
  readonly trans: "NN" | "NT" | "TN";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly variant: string;
  readonly threads: number;
  readonly gflops: number;
  /** Interquartile range over median. */
  readonly spread: number;
  readonly peakGflops: number;
  /** gflops / (threads · peakGflops). */
  readonly limitShare: number;
}

const SHAPES = [
  [32, 100, 784],
  [784, 100, 32],
  [32, 100, 200],
  [120, 240, 240],
  [480, 480, 480],
  [1024, 1024, 1024],
] as const;

/** Yields a result for each shape and transposition; the limit is measured in turn with each. */
export async function* benchGemm(
  { createEngine }: Context,
  shapes: readonly (readonly [m: number, n: number, k: number])[] = SHAPES,
  options: MeasureOptions = {},
): AsyncGenerator<GemmResult> {
  const engine = await createEngine();
  const { variant, threads } = engine.info();
  for (const [m, n, k] of shapes) {
    const a = randomMatrix(engine, m, k);
    const b = randomMatrix(engine, k, n);
    const c = engine.matrix(m, n);
    for (const trans of ["NN", "NT", "TN"] as const) {
      const [transposeA, transposeB] = [trans === "TN", trans === "NT"];
      const lda = transposeA ? m : k;
      const ldb = transposeB ? k : n;
      const call = () =>
        engine.kernels.gemm(
          transposeA,
          transposeB,
          m,
          n,
          k,
          1,
          a.pointer,
          lda,
          b.pointer,
          ldb,
          0,
          c.pointer,
          n,
          engine.team,
        );
      const probe = new PeakProbe(engine);
      const [{ seconds, spread }, peak] = (await measureInTurn([call, probe.call], options)) as [Timing, Timing];
      const peakGflops = probe.gflops(peak.seconds);
      probe.dispose();
      const gflops = (2 * m * n * k) / seconds / 1e9;
      const limitShare = gflops / (threads * peakGflops);
      yield { bench: "gemm", trans, m, n, k, variant, threads, gflops, spread, peakGflops, limitShare };
    }
    for (const matrix of [a, b, c]) matrix.dispose();
  }
  engine.dispose();
}
