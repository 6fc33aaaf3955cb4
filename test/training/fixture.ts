/** What the tests of training share: a small problem, networks that learn it, and how to compare what they learnt. */

import { createHash } from "node:crypto";
import {
  createEngine,
  type Dataset,
  Dense,
  type Engine,
  type FitOptions,
  fit,
  Layer,
  type Matrix,
  MatrixBuffer,
  Network,
  type NetworkOptions,
  ReLU,
  type Rows,
  type State,
  type TrainingRun,
} from "../../src/index.js";
import { numbers } from "../kernels/fixture.js";

export const CLASSES = 3;

/** Points around three centres in the plane; class 0 is as frequent as the others together. */
export function source(rows: number, seed = 1) {
  const noise = numbers(rows * 2, seed);
  const targets = Int32Array.from({ length: rows }, (_, row) => [0, 1, 0, 2][row % 4] as number);
  const centres = [-1, -1, 1, 0, -1, 1.5];
  const inputs = noise.map((value, i) => (centres[(targets[i >> 1] as number) * 2 + (i % 2)] as number) + 0.5 * value);
  return { inputs, shape: [rows, 2], targets };
}

export const testEngine = (seed = 5) => createEngine({ seed, threads: 1, variant: "simd", tile: "4x8" });

export const plainLayers = (): Layer[] => [new Dense(2, 12, { init: "heNormal" }), new ReLU(), new Dense(12, CLASSES)];

export function makeNetwork(engine: Engine, layers = plainLayers(), options: NetworkOptions = {}): Network {
  return new Network(engine, layers, options);
}

/** SHA-256 of all parameters and buffers, bit by bit. */
export function stateHash(network: Network): string {
  const hash = createHash("sha256");
  for (const [name, { data }] of Object.entries(network.stateDict())) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** The numbers of a history that must not change: all but the times. */
export function curves(run: Pick<TrainingRun, "history">): unknown[] {
  return run.history.reports.map(({ trainSeconds, evalSeconds, samplesPerSecond, ...rest }) => rest);
}

/** A training of its own engine, network and data, before its first batch. */
export async function prepare(
  options: (rows: { data: Rows; validation: Rows }) => FitOptions,
  network: (engine: Engine) => Network = makeNetwork,
  { seed = 5, rows = 130 } = {},
): Promise<{ run: TrainingRun; network: Network; engine: Engine; data: Dataset }> {
  const engine = await testEngine(seed);
  const made = network(engine);
  const data = engine.dataset(source(rows));
  const validation = engine.dataset(source(40, 2));
  return { run: fit(made, data, options({ data, validation })), network: made, engine, data };
}

/** Adds noise from the engine's generator in training, and keeps the mean of the batches' first values in a buffer. */
class Noise extends Layer {
  #engine!: Engine;
  #result!: MatrixBuffer;
  #mean = Math.fround(0);

  override attach(engine: Engine, inputs: number | undefined): number | undefined {
    this.#engine = engine;
    this.#result = new MatrixBuffer(engine.memory);
    return inputs;
  }

  override forward(input: Matrix): Matrix {
    const result = this.#result.shaped(input.rows, input.columns);
    result.data.set(input.data);
    if (!this.training) {
      for (let i = 0; i < result.data.length; ++i) result.data[i] = (result.data[i] as number) - 0.01 * this.#mean;
      return result;
    }
    this.#mean = Math.fround(0.9 * this.#mean + 0.1 * (input.data[0] as number));
    const values = result.data;
    for (let i = 0; i < values.length; ++i) values[i] = (values[i] as number) + 0.1 * this.#engine.random.normal();
    return result;
  }

  override backward(_: Matrix, gradOutput: Matrix): Matrix {
    return gradOutput;
  }

  override buffers(): State[] {
    return [
      {
        name: "mean",
        shape: [1],
        toArray: () => Float32Array.of(this.#mean),
        set: (values) => {
          this.#mean = values[0] as number;
        },
      },
    ];
  }

  override dispose(): void {
    this.#result.dispose();
  }
}

export const noisyLayers = (): Layer[] => [
  new Dense(2, 12, { init: "heNormal" }),
  new Noise(),
  new ReLU(),
  new Dense(12, CLASSES),
];
