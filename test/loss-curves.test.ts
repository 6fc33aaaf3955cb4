import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, Dense, type Engine, iterateMinibatches, Network, Random, ReLU } from "../src/index.js";
import { loadMnist } from "../src/node/mnist-files.js";
import { VARIANTS } from "./kernels/fixture.js";
import { trainStep } from "./reference.js";

const [STEPS, BATCH, UNITS] = [100, 32, 40];
/**
 * The largest difference measured is 2.1e-7 (simd, sparse), twice the spacing of floats at the first losses. A step with
 * the learning rate off by one part in 100 000 is found.
 */
const TOLERANCE = 5e-7;

/** The first rows of MNIST, of which 19 % of the pixels are not zero. */
const { train } = await loadMnist();
const inputs = (train.inputs as Float32Array).slice(0, STEPS * BATCH * 784);
const targets = Int32Array.from(train.targets).slice(0, STEPS * BATCH);

interface Curve {
  readonly losses: readonly number[];
  readonly initial: readonly Float32Array[];
}

/** The losses of one pass over the rows, each before its step. */
function curve(engine: Engine, sparse: boolean): Curve {
  const random = new Random(12);
  const init = (_: Random, inputs: number) => random.normal() * Math.sqrt(2 / inputs);
  const network = new Network(engine, [
    new Dense(784, UNITS, { init, sparse }),
    new ReLU(),
    new Dense(UNITS, 10, { init }),
  ]);
  const initial = network.layers.flatMap((layer) => layer.parameters().map((parameter) => parameter.toArray()));
  const data = engine.dataset({ inputs, shape: [STEPS * BATCH, 784], targets }, { sparse });
  const losses = [];
  for (const batch of iterateMinibatches(engine, data.inputs, data.targets, BATCH)) {
    losses.push(network.train(batch.inputs, batch.targets));
  }
  return { losses, initial };
}

/** The losses of a float64 network. */
function referenceLosses(initial: readonly Float32Array[]): number[] {
  const [w1, b1, w2, b2] = initial.map((values) => Float64Array.from(values)) as [
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
  ];
  const layers = [
    { inputs: 784, outputs: UNITS, weights: w1, biases: b1 },
    { inputs: UNITS, outputs: 10, weights: w2, biases: b2 },
  ];
  return Array.from({ length: STEPS }, (_, step) => {
    const x = inputs.subarray(step * BATCH * 784, (step + 1) * BATCH * 784);
    return trainStep(layers, x, targets.subarray(step * BATCH, (step + 1) * BATCH), 0.1);
  });
}

let expected: number[];

describe.each(VARIANTS)("loss curves of %s", (variant) => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    for (const threads of [1, 2]) engines.push(await createEngine({ variant, threads }));
  });
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  it.each([false, true])(`follow the float64 network for ${STEPS} steps within ${TOLERANCE}, sparse: %s`, (sparse) => {
    const [one, two] = engines.map((engine) => curve(engine, sparse)) as [Curve, Curve];
    expected ??= referenceLosses(one.initial);
    const errors = one.losses.map((loss, step) => Math.abs(loss - (expected[step] as number)));
    expect(Math.max(...errors)).toBeLessThan(TOLERANCE);
    expect(one.losses.at(-1)).toBeLessThan((one.losses[0] as number) / 3);
    expect(two.losses).toEqual(one.losses);
  });
});
