/**
 * What a training step takes from the JavaScript heap, garbage included: no object, array, closure, iterator or view. What is left
 * are numbers: V8 puts one that is not a small integer in a box of 16 bytes where it goes from one function to another, into a
 * kernel or out of it (the loss, step lengths, an optimizer's coefficients, the keys of a dropout, the time).
 */

import { GCProfiler, getHeapStatistics } from "node:v8";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Adagrad,
  Adam,
  AdamW,
  BatchNorm,
  BinaryCrossEntropy,
  type Dataset,
  Dense,
  Dropout,
  type Engine,
  fit,
  GELU,
  iterateMinibatches,
  type Layer,
  LayerNorm,
  MeanSquaredError,
  Network,
  type NetworkOptions,
  ReLU,
  RMSProp,
  SGD,
} from "../../src/index.js";
import { allocatedInPeace } from "../formats/memory-gauge.js";
import { numbers } from "../kernels/fixture.js";
import { testEngine } from "./fixture.js";

const NUMBER = 16;
const [ROWS, COLUMNS, BATCH] = [32_000, 16, 16];
/** Steps to the last tier of the compiler, and steps that are measured. */
const [WARM, STEPS] = [6000, 1000];

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

/** A fifth of the inputs are not zero. */
function data(kind: "classes" | "labels" | "values", sparse: boolean): Dataset {
  const inputs = numbers(ROWS * COLUMNS, 1).map((value, i) => (i % 5 === 0 ? value : 0));
  const targets =
    kind === "classes"
      ? Int32Array.from({ length: ROWS }, (_, row) => row % 3)
      : Float32Array.from({ length: 3 * ROWS }, (_, i) => i % 2);
  return engine.dataset({ inputs, targets, shape: [ROWS, COLUMNS] }, { sparse });
}

const hidden = (...between: readonly Layer[]) => [new Dense(COLUMNS, 8), ...between, new Dense(8, 3)];

interface Case {
  readonly name: string;
  readonly layers: () => readonly Layer[];
  readonly options?: () => NetworkOptions;
  readonly kind?: "classes" | "labels" | "values";
  readonly sparse?: boolean;
  /** Numbers that a step of `train` may box. */
  readonly boxes: number;
}

const OPTIMIZERS: readonly (readonly [string, number, () => NonNullable<NetworkOptions["optimizer"]>])[] = [
  ["momentum", 5, () => new SGD({ momentum: 0.9, weightDecay: 1e-4 })],
  ["Nesterov's momentum", 5, () => new SGD({ momentum: 0.9, nesterov: true, clipValue: 1 })],
  ["RMSProp", 5, () => new RMSProp()],
  ["Adagrad", 5, () => new Adagrad()],
  ["Adam", 16, () => new Adam()],
  ["AdamW, clipped", 16, () => new AdamW({ clipNorm: 1 })],
];

const CASES: readonly Case[] = [
  { name: "dense", layers: () => [new Dense(COLUMNS, 8, { sparse: false }), new ReLU(), new Dense(8, 3)], boxes: 5 },
  { name: "compressed", layers: () => hidden(new ReLU()), boxes: 5 },
  { name: "sparse", layers: () => hidden(new ReLU()), sparse: true, boxes: 5 },
  { name: "dropout", layers: () => hidden(new ReLU(), new Dropout(0.3)), boxes: 11 },
  { name: "batch norm", layers: () => hidden(new BatchNorm(8), new GELU()), boxes: 6 },
  { name: "layer norm", layers: () => hidden(new LayerNorm(8), new ReLU()), boxes: 6 },
  {
    name: "binary cross-entropy",
    layers: () => hidden(new ReLU()),
    options: () => ({ loss: new BinaryCrossEntropy() }),
    kind: "labels",
    boxes: 6,
  },
  {
    name: "squared error",
    layers: () => hidden(new ReLU()),
    options: () => ({ loss: new MeanSquaredError() }),
    kind: "values",
    boxes: 6,
  },
  ...OPTIMIZERS.map(([name, boxes, optimizer]) => ({
    name,
    layers: () => hidden(new ReLU()),
    options: () => ({ optimizer: optimizer() }),
    boxes,
  })),
];

/** Bytes a step of `network.train`, the least of several times. */
function ofTrain(network: Network, { inputs, targets }: Dataset): number {
  const batches = iterateMinibatches(engine, inputs, targets, BATCH);
  const batch = batches.next().value;
  if (!batch) throw new Error("expected a batch");
  const run = (steps: number) => {
    for (let step = 0; step < steps; ++step) network.train(batch.inputs, batch.targets);
  };
  run(WARM);
  const times = Array.from({ length: 5 }, () => allocatedInPeace(() => run(STEPS))).filter((bytes) => bytes >= 0);
  expect(times.length).toBeGreaterThan(0);
  batches.return();
  return Math.min(...times) / STEPS;
}

/** Bytes a step of `fit` within an epoch, the least of the epochs in which the collector did not run. */
async function ofFit(network: Network, dataset: Dataset): Promise<number> {
  const found: number[] = [];
  let profiler: GCProfiler | undefined;
  let before = 0;
  const held = () => {
    const { used_heap_size, external_memory } = getHeapStatistics();
    return used_heap_size + external_memory;
  };
  const onBatchEnd = ({ batch }: { readonly batch: number }) => {
    if (batch === 10) {
      profiler = new GCProfiler();
      profiler.start();
      before = held();
    } else if (batch === 10 + STEPS) {
      const bytes = held() - before;
      // Less than nothing: the collector was at work, though it did not begin.
      if (profiler?.stop().statistics.length === 0 && bytes >= 0) found.push(bytes / STEPS);
    }
  };
  const options = {
    epochs: 10,
    batchSize: BATCH,
    evaluateTraining: false,
    onWarning: () => {},
    callbacks: [{ onBatchEnd }],
  };
  await fit(network, dataset, options);
  expect(found.length).toBeGreaterThan(0);
  return Math.min(...found);
}

describe("a step allocates numbers, and nothing else", () => {
  it.each(CASES)(
    "$name: at most $boxes of them",
    async ({ layers, options, kind = "classes", sparse = false, boxes }) => {
      const dataset = data(kind, sparse);
      const network = new Network(engine, layers(), options?.());
      const train = ofTrain(network, dataset);
      // The time before and after, the sums of losses and seconds, the epoch's loss.
      const ofEpoch = await ofFit(network, dataset);
      console.log(boxes, train / NUMBER, ofEpoch / NUMBER);
      expect(train).toBeLessThanOrEqual(boxes * NUMBER);
      // The time before and after it, the sums of losses and of seconds.
      expect(ofEpoch).toBeLessThanOrEqual((boxes + 4) * NUMBER);
      network.dispose();
      dataset.dispose();
    },
  );
});
