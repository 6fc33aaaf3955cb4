/** simdgrad: `simdgrad.ts FOLDER OPTIONS`, the options of `createEngine` as JSON. */

import "../../src/node/relaxed-flag.js";
import { createNetwork } from "../../src/app/benchmark/train.js";
import { createEngine, type EngineOptions, iterateMinibatches, type Minibatch } from "../../src/index.js";
import { packageVersion, serve } from "./serve.js";
import { readWorkload } from "./workload.js";

const [folder, options] = process.argv.slice(2) as [string, string];
const workload = readWorkload(folder);
const { rows, batch, learningRate, evaluationRows, layers } = workload;
const [columns, classes] = [layers[0] as number, layers.at(-1) as number];

const engine = await createEngine(JSON.parse(options) as EngineOptions);
const network = createNetwork(engine, layers, { learningRate });
const initial = workload.parameters.flatMap(({ weights, biases }) => [weights, biases]);
for (const [index, parameter] of network.layers.flatMap((layer) => layer.parameters()).entries()) {
  parameter.set(initial[index] as Float32Array);
}

const data = firstRows(rows);
const evaluation = firstRows(evaluationRows);
const batches = endlessBatches();
const { variant, tile, threads } = engine.info();

await serve({
  version: `${packageVersion(new URL("../../package.json", import.meta.url))} (${variant}, ${tile})`,
  threads,
  train(steps) {
    for (let step = 0; step < steps; ++step) {
      const { inputs, targets } = batches.next().value;
      network.train(inputs, targets);
    }
  },
  evaluate: () => network.evaluate(evaluation).loss,
});

function firstRows(count: number) {
  const inputs = workload.pixels.subarray(0, count * columns);
  const targets = workload.labels.subarray(0, count);
  return engine.dataset({ inputs, shape: [count, columns], targets, scale: 1 / 255 }, { classes });
}

function* endlessBatches(): Generator<Minibatch, never> {
  for (;;) yield* iterateMinibatches(engine, data.inputs, data.targets, batch);
}
