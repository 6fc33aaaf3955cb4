/** The network of an estimator: its layers, its optimizer, its initial weights. */

import type { Engine } from "../engine.js";
import { Dense } from "../layers/dense.js";
import { Layer } from "../layers/layer.js";
import { ReLU } from "../layers/relu.js";
import { Sigmoid } from "../layers/sigmoid.js";
import { Tanh } from "../layers/tanh.js";
import type { Loss } from "../losses/loss.js";
import { Network } from "../network.js";
import { Adam } from "../optimizers/adam.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { SGD } from "../optimizers/sgd.js";
import type { MLPOptions } from "./mlp-options.js";

/** Dense layers from `inputs` through the hidden ones to `outputs`, uniform weights and biases; `batchSize` rows share a penalty. */
export function buildNetwork(
  engine: Engine,
  options: Required<MLPOptions>,
  loss: Loss,
  { inputs, outputs, batchSize }: { readonly inputs: number; readonly outputs: number; readonly batchSize: number },
): Network {
  const sizes = [inputs, ...options.hiddenLayerSizes, outputs];
  const layers = sizes.slice(1).flatMap((size, index) => {
    const dense = new Dense(sizes[index] as number, size, { sparse: false });
    return index === 0 ? [dense] : [makeActivation(options.activation), dense];
  });
  const network = new Network(engine, layers, { loss, optimizer: makeOptimizer(options, batchSize) });
  const factor = options.activation === "logistic" ? 2 : 6;
  for (const layer of layers) {
    if (!(layer instanceof Dense)) continue;
    // Glorot and Bengio 2010, for the biases too.
    const bound = Math.sqrt(factor / (layer.inputs + layer.outputs));
    for (const parameter of layer.parameters()) {
      parameter.set(parameter.toArray().map(() => (2 * engine.random.uniform() - 1) * bound));
    }
  }
  return network;
}

/** Forgets steps, moments and a learning rate that has changed. */
export function resetOptimizer(optimizer: Optimizer): void {
  const { slots } = optimizer.stateDict();
  for (const arrays of Object.values(slots)) for (const array of arrays) array.fill(0);
  optimizer.loadStateDict({ learningRate: optimizer.initialLearningRate, steps: 0, slots });
}

function makeOptimizer(options: Required<MLPOptions>, batchSize: number): Optimizer {
  const { solver, learningRateInit, alpha, beta1, beta2, epsilon, momentum, nesterovsMomentum } = options;
  const penalty = { weightDecay: alpha / batchSize, decay: "weights" as const };
  return solver === "adam"
    ? new Adam({ learningRate: learningRateInit, betas: [beta1, beta2], epsilon, ...penalty })
    : new SGD({ learningRate: learningRateInit, momentum, nesterov: nesterovsMomentum && momentum > 0, ...penalty });
}

function makeActivation(name: Required<MLPOptions>["activation"]): Layer {
  switch (name) {
    case "relu":
      return new ReLU();
    case "tanh":
      return new Tanh();
    case "logistic":
      return new Sigmoid();
    default:
      return new Layer();
  }
}
