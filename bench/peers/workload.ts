/** What every system learns, handed over as files: the sizes as JSON, the rest raw, in the byte order of the machine. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNetwork } from "../../src/app/benchmark/train.js";
import type { Engine } from "../../src/index.js";
import { loadMnist } from "../../src/node/mnist-files.js";

/** The sizes; `peer.py` reads the same files. */
export interface Sizes {
  readonly rows: number;
  readonly batch: number;
  readonly learningRate: number;
  /** The loss is the mean over this many rows, the first. */
  readonly evaluationRows: number;
  /** Columns of the input, then outputs of each dense layer. */
  readonly layers: readonly number[];
}

/** The initial weights [inputs, outputs] and biases [outputs] of a dense layer. */
export interface DenseParameters {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

export interface Workload extends Sizes {
  /** [rows, layers[0]], 0 to 255. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly parameters: readonly DenseParameters[];
}

/** Writes MNIST's training rows, shuffled by the engine's generator, and the initial weights of a network of the engine. */
export async function writeWorkload(folder: string, engine: Engine): Promise<Sizes> {
  const { inputs, shape, targets } = (await loadMnist({ dtype: "uint8" })).train;
  const [rows, columns] = shape as [number, number];
  const sizes = { rows, batch: 32, learningRate: 0.1, evaluationRows: 2000, layers: [columns, 100, 200, 10] };
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  engine.random.shuffle(order);
  const pixels = new Uint8Array(rows * columns);
  order.forEach((row, to) => {
    pixels.set(inputs.subarray(row * columns, (row + 1) * columns), to * columns);
  });
  const network = createNetwork(engine, sizes.layers, { learningRate: sizes.learningRate });
  const parameters = network.layers.flatMap((layer) => layer.parameters().map((parameter) => parameter.toArray()));
  network.dispose();
  writeFileSync(join(folder, "sizes.json"), JSON.stringify(sizes));
  writeFileSync(join(folder, "pixels.u8"), pixels);
  writeFileSync(
    join(folder, "labels.u8"),
    Uint8Array.from(order, (row) => targets[row] as number),
  );
  writeFileSync(join(folder, "parameters.f32"), Buffer.concat(parameters.map(({ buffer }) => new Uint8Array(buffer))));
  return sizes;
}

/** Reads what `writeWorkload` wrote. */
export function readWorkload(folder: string): Workload {
  const sizes = JSON.parse(readFileSync(join(folder, "sizes.json"), "utf8")) as Sizes;
  const values = new Float32Array(new Uint8Array(readFileSync(join(folder, "parameters.f32"))).buffer);
  let used = 0;
  const take = (count: number) => {
    used += count;
    return values.slice(used - count, used);
  };
  return {
    ...sizes,
    pixels: readFileSync(join(folder, "pixels.u8")),
    labels: readFileSync(join(folder, "labels.u8")),
    parameters: pairs(sizes.layers).map(([inputs, outputs]) => ({
      inputs,
      outputs,
      weights: take(inputs * outputs),
      biases: take(outputs),
    })),
  };
}

/** The pixels divided by 255 and the labels as rows of zeros with a one. */
export function toFloats({ pixels, labels, layers }: Workload): { inputs: Float32Array; oneHot: Float32Array } {
  const inputs = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; ++i) inputs[i] = (pixels[i] as number) / 255;
  const classes = layers.at(-1) as number;
  const oneHot = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    oneHot[row * classes + label] = 1;
  });
  return { inputs, oneHot };
}

/** First rows of the batches, over and over; rows that do not fill a batch are left out. */
export function* batchStarts({ rows, batch }: Sizes): Generator<number, never> {
  for (;;) for (let start = 0; start + batch <= rows; start += batch) yield start;
}

/** Each neighbouring pair. */
function pairs(sizes: readonly number[]): [number, number][] {
  return sizes.slice(1).map((size, index) => [sizes[index] as number, size]);
}
