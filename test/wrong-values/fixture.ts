/** What the calls of the test of wrong values are made with. */

import * as library from "../../src/index.js";
import { source, testEngine } from "../training/fixture.js";

export const engine = await testEngine();

export const layers = () => [new library.Dense(2, 4), new library.ReLU(), new library.Dense(4, 3)];
export const matrix = () => engine.matrix(2, 2, [1, 2, 3, 4]);
/** Numbers from 0 to 1. */
export const units = () => engine.matrix(2, 2, [0, 1, 1, 0]);
export const weights = () => engine.matrix(2, 1, [1, 2]);
export const labels = () => engine.labels([0, 1]);
export const data = () => engine.dataset(source(40));

/** Its buffers are as large as the calls want them: what is in use afterwards is what a call leaves. */
export function network(options?: library.NetworkOptions): library.Network {
  const made = new library.Network(engine, layers(), options);
  const targets = made.loss.activation === "softmax" ? labels() : engine.matrix(2, 3, [1, 2, 3, 4, 5, 6]);
  const rows = engine.dataset(
    made.loss.activation === "softmax" ? source(40) : { ...source(40), targets: new Float32Array(120) },
  );
  made.evaluate(rows);
  made.gradients(matrix(), targets, weights());
  made.zeroGrad();
  return made;
}

/** A layer that was used before. */
export function attached<T extends library.Layer>(layer: T): T {
  layer.attach(engine, 2);
  layer.training = true;
  const output = layer.forward(matrix());
  layer.backward(matrix(), engine.matrix(output.rows, output.columns, new Float32Array(output.data.length)));
  for (const parameter of layer.parameters()) parameter.zeroGrad();
  return layer;
}

/** A loss that was used before. */
export function attachedLoss<T extends library.Loss>(loss: T): T {
  loss.attach(engine);
  loss.compute(matrix(), units(), weights());
  return loss;
}

export const table = (): library.Table => ({
  rows: 4,
  columns: [
    { name: "x", kind: "numeric", values: Float64Array.of(1, 2, 3, 4) },
    library.categoricalColumn("y", ["a", "b", "a", "b"]),
  ],
});

/** A training that has ended, and its checkpoint. */
export const run = library.fit(network(), data(), { epochs: 1 });
await run;
export const checkpoint = library.saveCheckpoint(run);

export const write = () => {};
