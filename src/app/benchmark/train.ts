/** `train`: times training steps on MNIST by path and number of threads, and compares them with the multiply-add limit. */

import {
  type DataSource,
  Dense,
  type DenseOptions,
  type Engine,
  iterateMinibatches,
  type Minibatch,
  Network,
  type Optimizer,
  ReLU,
} from "../../index.js";
import type { Context } from "./context.js";
import { type MeasureOptions, measureInTurn, PeakProbe } from "./measure.js";

/** One line of the benchmark. */
export interface TrainResult {
  readonly bench: "train";
  readonly net: string;
  readonly batch: number;
  readonly path: "dense" | "sparse";
  readonly threads: number;
  readonly variant: string;
  readonly tile: string;
  readonly samplesPerSecond: number;
  readonly microsecondsPerStep: number;
  /** Counts the operations of a dense step for both paths; a sparse step skips most of the first layer's. */
  readonly gflops: number;
  /** gflops / (threads · the limit of a core); can exceed 1 where zeros are skipped. */
  readonly limitShare: number;
  readonly spread: number;
}

/** A network and its batch size. */
export interface Workload {
  readonly layers: readonly number[];
  readonly batch: number;
}

/** The MNIST example network, and two larger ones. */
export const WORKLOADS: readonly Workload[] = [
  { layers: [784, 100, 200, 10], batch: 32 },
  { layers: [784, 512, 512, 10], batch: 128 },
  { layers: [784, 1024, 1024, 10], batch: 256 },
];

/** Yields a line for each workload, path and number of threads (one, and all). Measures those of a workload in turn. */
export async function* benchTrain(
  { createEngine, threads, loadMnist }: Context,
  workloads = WORKLOADS,
  options: MeasureOptions = { samples: 25, sampleSeconds: 0.05, warmUpSeconds: 0.5 },
): AsyncGenerator<TrainResult> {
  const source = await loadMnist();
  for (const { layers, batch } of workloads) {
    const setups = [];
    for (const count of new Set([1, threads])) {
      for (const path of ["dense", "sparse"] as const) {
        const engine = await createEngine({ threads: count, seed: 1 });
        setups.push({ engine, path, step: trainer(engine, source, layers, batch, path === "sparse") });
      }
    }
    const probe = new PeakProbe((setups[0] as { engine: Engine }).engine);
    const timings = await measureInTurn([...setups.map(({ step }) => step), probe.call], options);
    const peak = probe.gflops(timings.at(-1)?.seconds ?? Number.NaN);
    for (const [index, { engine, path }] of setups.entries()) {
      const { seconds, spread } = timings[index] as (typeof timings)[number];
      const { threads: used, variant, tile } = engine.info();
      const gflops = operations(layers, batch) / seconds / 1e9;
      yield {
        bench: "train",
        net: layers.join("-"),
        batch,
        path,
        threads: used,
        variant,
        tile,
        samplesPerSecond: batch / seconds,
        microsecondsPerStep: seconds * 1e6,
        gflops,
        limitShare: gflops / (used * peak),
        spread,
      };
      engine.dispose();
    }
  }
}

/** Returns a function that trains on the next of endless shuffled batches. */
export function trainer(
  engine: Engine,
  source: DataSource,
  layers: readonly number[],
  batch: number,
  sparse: boolean | "auto" = "auto",
  optimizer?: Optimizer,
): () => void {
  const data = engine.dataset(source, { sparse });
  const network = createNetwork(engine, layers, { sparse }, optimizer);
  const batches = (function* (): Generator<Minibatch, never> {
    for (;;) yield* iterateMinibatches(engine, data.inputs, data.targets, batch, { shuffle: true });
  })();
  return () => {
    const { inputs, targets } = batches.next().value;
    network.train(inputs, targets);
  };
}

/** Dense layers of these sizes with ReLU between them, initialized as in the MNIST example network. */
export function createNetwork(
  engine: Engine,
  layers: readonly number[],
  options: DenseOptions = {},
  optimizer?: Optimizer,
): Network {
  const { sparse, ...shared } = options;
  const dense = layers.slice(1).map((outputs, i) => {
    const first = i === 0 && sparse !== undefined && { sparse };
    return new Dense(layers[i] as number, outputs, { init: "normal", ...shared, ...first });
  });
  return new Network(
    engine,
    dense.flatMap((layer, i) => (i === 0 ? [layer] : [new ReLU(), layer])),
    { ...(optimizer && { optimizer }) },
  );
}

/** Floating-point operations of a step: three products per layer, two for the first, whose input has no gradient. */
function operations(layers: readonly number[], batch: number): number {
  return layers
    .slice(1)
    .reduce((sum, outputs, i) => sum + 2 * (i === 0 ? 2 : 3) * batch * (layers[i] as number) * outputs, 0);
}
