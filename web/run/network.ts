/** From a run's settings to its network: the same calls in a page's worker and in Node give the same bits. */

import {
  createOptimizer,
  Dense,
  Dropout,
  ELU,
  type Engine,
  GELU,
  type Layer,
  LeakyReLU,
  type Loss,
  Network,
  type Optimizer,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "../../src/index.js";
import type { Activation, OptimizerName, RunSettings } from "./settings.js";

const ACTIVATION_LAYERS: Readonly<Record<Activation, () => Layer>> = {
  relu: () => new ReLU(),
  leakyRelu: () => new LeakyReLU(),
  elu: () => new ELU(),
  gelu: () => new GELU(),
  silu: () => new SiLU(),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  softplus: () => new Softplus(),
};

/**
 * A network of `inputs` and `outputs`, its weights drawn from the engine's generator: after each hidden layer its activation,
 * and dropout if there is any.
 *
 * @param loss default softmax cross-entropy
 */
export function createNetwork(
  engine: Engine,
  settings: RunSettings,
  inputs: number,
  outputs: number,
  loss?: Loss,
): Network {
  const { layers: units, activation, dropout, init } = settings;
  const sizes = [inputs, ...units, outputs];
  const layers = sizes.slice(1).flatMap((size, index): Layer[] => {
    const dense = new Dense(sizes[index] as number, size, { init });
    if (index === units.length) return [dense];
    return [dense, ACTIVATION_LAYERS[activation](), ...(dropout > 0 ? [new Dropout(dropout)] : [])];
  });
  return new Network(engine, layers, {
    optimizer: createRunOptimizer(settings.optimizer, settings.rate),
    ...(loss && { loss }),
  });
}

/** `momentum` is gradient descent with a momentum of 0.9; the other options are the optimizers' defaults. */
export function createRunOptimizer(name: OptimizerName, learningRate: number): Optimizer {
  if (name === "momentum") return createOptimizer({ type: "sgd", learningRate, momentum: 0.9 });
  return createOptimizer({ type: name, learningRate });
}
