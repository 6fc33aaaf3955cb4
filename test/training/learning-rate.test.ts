import { describe, expect, it } from "vitest";
import {
  type Callback,
  ExponentialLR,
  type FitOptions,
  fit,
  type LearningRateSchedule,
  OneCycleLR,
  ReduceLROnPlateau,
  SGD,
  StepLR,
} from "../../src/index.js";
import { makeNetwork, plainLayers, prepare } from "./fixture.js";

/** The optimizer's rate after each batch of a training that starts with a rate of 0.5. */
async function rates(options: Omit<FitOptions, "callbacks">) {
  const seen: number[] = [];
  const watcher: Callback = { onBatchEnd: (run) => void seen.push(run.network.optimizer.learningRate) };
  const { run } = await prepare(
    ({ validation }) => ({ batchSize: 40, validation, ...options, callbacks: [watcher] }),
    (engine) => makeNetwork(engine, plainLayers(), { optimizer: new SGD({ learningRate: 0.5 }) }),
  );
  await run.run();
  return { seen, reports: run.history.reports };
}

const perBatch = (values: readonly number[], batches: number) => values.flatMap((value) => Array(batches).fill(value));

describe("a schedule in fit", () => {
  it("sets the rate of each epoch, and reports it", async () => {
    const { seen, reports } = await rates({ epochs: 4, schedule: new StepLR({ stepSize: 2, gamma: 0.1 }) });
    expect(seen).toEqual(perBatch([0.5, 0.5, 0.05, 0.05], 3));
    expect(reports.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.05, 0.05]);
  });

  it("sets the rate of each batch", async () => {
    const schedule = new OneCycleLR({ totalSteps: 6 });
    const { seen } = await rates({ epochs: 2, schedule });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((step) => schedule.learningRate(step, 0.5)));
    expect(new Set(seen).size).toBe(6);
  });

  it("counts the optimizer's steps where batches are accumulated", async () => {
    const schedule = new ExponentialLR({ gamma: 0.5, interval: "batch" });
    const { seen } = await rates({ epochs: 2, accumulate: 2, schedule });
    expect(seen).toEqual([0.5, 0.5, 0.25, 0.125, 0.125, 0.0625]);
  });

  it("is told of the metric that it watches, by default the validation loss", async () => {
    const told: number[] = [];
    const schedule: LearningRateSchedule = {
      interval: "epoch",
      learningRate: (_step, base) => base,
      update: (metric) => void told.push(metric),
    };
    const { reports } = await rates({ epochs: 3, schedule });
    expect(told).toEqual(reports.map(({ valLoss }) => valLoss));
    told.length = 0;
    const other = await rates({ epochs: 3, schedule, scheduleMetric: "trainAccuracy" });
    expect(told).toEqual(other.reports.map(({ trainAccuracy }) => trainAccuracy));
  });

  it("drops the rate when the metric gets no better", async () => {
    const schedule = new ReduceLROnPlateau({ patience: 0, threshold: 0.99, factor: 0.5 });
    // After the first, a hundredth of the loss would be needed to count as better.
    const { reports } = await rates({ epochs: 4, schedule });
    expect(reports.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.25, 0.125]);
  });

  it.each<[string, Omit<FitOptions, "callbacks">]>([
    ["schedule: expected an object", { schedule: (() => 1) as never }],
    ['interval: expected "batch" or "epoch"', { schedule: { interval: "step" as never, learningRate: () => 1 } }],
    ['scheduleMetric: expected "trainLoss"', { scheduleMetric: "valR2", schedule: new ReduceLROnPlateau() }],
    ["scheduleMetric: expected a schedule beside it that watches a metric, got none", { scheduleMetric: "trainLoss" }],
    ["that watches a metric, got a StepLR", { scheduleMetric: "trainAccuracy", schedule: new StepLR({ stepSize: 1 }) }],
    [
      "that watches a metric, got an object with the keys",
      { scheduleMetric: "trainLoss", schedule: { interval: "epoch", learningRate: () => 1 } },
    ],
    [
      "schedule: rate of step 0: expected a finite number",
      { schedule: { interval: "batch", learningRate: () => Number.NaN } },
    ],
  ])("is refused: %s", async (message, options) => {
    await expect(rates({ epochs: 1, ...options })).rejects.toThrow(message);
  });
});

describe("a schedule that watches a metric", () => {
  it("begins anew with every training, as the others do", async () => {
    const { network, data } = await prepare(() => ({}));
    const schedule = new ReduceLROnPlateau({ patience: 0, threshold: 10 });
    const rates = async () => (await fit(network, data, { epochs: 3, schedule }).run()).values("learningRate");
    const first = await rates();
    expect(first[2]).toBeLessThan(first[0] as number);
    expect(await rates()).toEqual(first);
  });
});
