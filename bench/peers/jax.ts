/** jax-js: `jax.ts FOLDER`, its WebAssembly backend, the whole step under `jit`. Every use of an array but its last is `.ref`. */

import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { packageVersion, serve } from "./serve.js";
import { batchStarts, readWorkload, toFloats } from "./workload.js";

type Parameters = [weights: np.Array, biases: np.Array][];

const workload = readWorkload(process.argv[2] as string);
const { batch, learningRate, evaluationRows, layers } = workload;
const [columns, classes] = [layers[0] as number, layers.at(-1) as number];
const { inputs, oneHot } = toFloats(workload);

await init("wasm");
defaultDevice("wasm");
let parameters: Parameters = workload.parameters.map(({ inputs, outputs, weights, biases }) => [
  np.array(weights).reshape([inputs, outputs]),
  np.array(biases),
]);
const starts = batchStarts(workload);
const evaluateLoss = jit(loss);
const step = jit((parameters: Parameters, x: np.Array, y: np.Array): [np.Array, Parameters] => {
  const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), x, y);
  return [value, tree.map((p: np.Array, g: np.Array) => p.sub(g.mul(learningRate)), parameters, gradients)];
});

await serve({
  version: packageVersion(new URL("../package.json", import.meta.resolve("@jax-js/jax"))),
  // Its workers are the browser's.
  threads: typeof Worker === "undefined" ? 1 : navigator.hardwareConcurrency,
  async train(steps) {
    for (let i = 0; i < steps; ++i) {
      const [value, next] = step(parameters, ...rowsFrom(starts.next().value, batch));
      value.dispose();
      // As its documentation advises: twelve times as fast as waiting at the end only.
      parameters = await blockUntilReady(next);
    }
  },
  async evaluate() {
    const [value] = await evaluateLoss(tree.ref(parameters), ...rowsFrom(0, evaluationRows)).data();
    return value as number;
  },
});

function rowsFrom(start: number, rows: number): [x: np.Array, y: np.Array] {
  return [
    np.array(inputs.subarray(start * columns, (start + rows) * columns)).reshape([rows, columns]),
    np.array(oneHot.subarray(start * classes, (start + rows) * classes)).reshape([rows, classes]),
  ];
}

/** Mean loss of a batch. */
function loss(parameters: Parameters, x: np.Array, y: np.Array): np.Array {
  const rows = x.shape[0] as number;
  const logits = parameters.reduce((input, [weights, biases], index) => {
    const output = np.dot(input, weights).add(biases);
    return index < parameters.length - 1 ? nn.relu(output) : output;
  }, x);
  return nn
    .logSoftmax(logits)
    .mul(y)
    .sum()
    .mul(-1 / rows);
}
