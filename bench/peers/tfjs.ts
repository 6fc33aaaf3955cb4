/** TensorFlow.js: `tfjs.ts FOLDER wasm|cpu`. Without threads: its WebAssembly backend has none in Node (tfjs#3830). */

import * as tf from "@tensorflow/tfjs-core";
// Registers the gradients of all operations.
import "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-cpu";
import { getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { serve } from "./serve.js";
import { batchStarts, readWorkload, toFloats } from "./workload.js";

const [folder, backend] = process.argv.slice(2) as [string, "wasm" | "cpu"];
const workload = readWorkload(folder);
const { batch, learningRate, evaluationRows, layers } = workload;
const [columns, classes] = [layers[0] as number, layers.at(-1) as number];
const { inputs, oneHot } = toFloats(workload);

if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} cannot be set up`);
const dense = workload.parameters.map(
  ({ inputs, outputs, weights, biases }) =>
    [tf.variable(tf.tensor2d(weights, [inputs, outputs])), tf.variable(tf.tensor1d(biases))] as const,
);
const optimizer = tf.train.sgd(learningRate);
const starts = batchStarts(workload);

await serve({
  version: tf.version_core,
  threads: backend === "wasm" ? getThreadsCount() : 1,
  train(steps) {
    for (let step = 0; step < steps; ++step) {
      const start = starts.next().value;
      tf.tidy(() => void optimizer.minimize(() => loss(start, batch)));
    }
  },
  evaluate: () => tf.tidy(() => loss(0, evaluationRows).dataSync()[0] as number),
});

/** Mean loss of `rows` rows. A tensor made from a view takes half the time of a slice of a larger tensor. */
function loss(start: number, rows: number): tf.Scalar {
  const x = tf.tensor2d(inputs.subarray(start * columns, (start + rows) * columns), [rows, columns]);
  const y = tf.tensor2d(oneHot.subarray(start * classes, (start + rows) * classes), [rows, classes]);
  return tf.losses.softmaxCrossEntropy(y, logits(x)) as tf.Scalar;
}

function logits(x: tf.Tensor): tf.Tensor {
  return dense.reduce((input, [weights, biases], index) => {
    const output = tf.add(tf.matMul(input, weights), biases);
    return index < dense.length - 1 ? tf.relu(output) : output;
  }, x);
}
