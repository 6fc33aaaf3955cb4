/** The network of an estimator: its layers, its optimizer, its initial weights. */

import { checkList } from "../checks/check-list.js";
import { ANY_NUMBER, checkNumber } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { ReLU, Sigmoid, Tanh } from "../network/layers/activations.js";
import { Dense } from "../network/layers/dense.js";
import { Layer } from "../network/layers/layer.js";
import type { Loss } from "../network/losses/loss.js";
import { Network } from "../network/network.js";
import type { Optimizer } from "../network/optimizers/optimizer.js";
import type { Parameter } from "../network/parameter.js";
import { MLPAdam, type MLPOptimizer, MLPSGD } from "./mlp-optimizers.js";
import type { ResolvedOptions } from "./mlp-options.js";

/** Dense layers from `inputs` through the hidden ones to `outputs`, uniform weights and biases. */
export function buildNetwork(
  engine: Engine,
  { hiddenLayerSizes, activation }: ResolvedOptions,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  parts: { readonly loss: Loss; readonly optimizer: Optimizer },
): Network {
  const sizes = [inputs, ...hiddenLayerSizes, outputs];
  const layers = sizes.slice(1).flatMap((size, index) => {
    const dense = new Dense(sizes[index] as number, size, { sparse: false });
    return index === 0 ? [dense] : [makeActivation(activation), dense];
  });
  const network = new Network(engine, layers, parts);
  const factor = activation === "logistic" ? 2 : 6;
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

/** The optimizer of `solver`. */
export function makeOptimizer(options: ResolvedOptions): MLPOptimizer {
  return options.solver === "adam" ? new MLPAdam(options) : new MLPSGD(options);
}

/** The network's weights or biases, layer by layer. */
export function parametersOf(network: Network, name: "weights" | "biases"): Parameter[] {
  return network.parameters().filter((parameter) => parameter.name === name);
}

/**
 * Sets all weights or all biases.
 *
 * @param attribute the caller's name of them, for messages
 * @throws TypeError, ShapeError, RangeError unless there is a list of finite numbers for each; nothing is set then
 */
export function setParameters(
  parameters: readonly Parameter[],
  values: ArrayLike<ArrayLike<number>>,
  attribute: string,
): void {
  checkList(attribute, values, "a list with an array for each layer");
  if (values.length !== parameters.length) {
    throw new ShapeError(`${attribute}: expected ${parameters.length} arrays, one a layer, got ${values.length}`);
  }
  const copies = parameters.map(({ shape }, index) => {
    const name = `${attribute}[${index}]`;
    const array = values[index] as ArrayLike<number>;
    checkList(name, array, "a list of numbers, row by row");
    const length = shape.reduce((product, size) => product * size, 1);
    if (array.length !== length) {
      throw new ShapeError(`${name}: expected ${shape.join(" × ")} numbers, row by row, got ${array.length}`);
    }
    return Float32Array.from(array, (value, at) => {
      checkNumber(`${name}[${at}]`, value, ANY_NUMBER);
      return value;
    });
  });
  for (const [index, parameter] of parameters.entries()) parameter.set(copies[index] as Float32Array);
}

/** Forgets steps, moments and a learning rate that has changed. */
export function resetOptimizer(optimizer: Optimizer): void {
  const { slots } = optimizer.stateDict();
  for (const arrays of Object.values(slots)) for (const array of arrays) array.fill(0);
  optimizer.loadStateDict({ learningRate: optimizer.initialLearningRate, steps: 0, slots });
}

function makeActivation(name: ResolvedOptions["activation"]): Layer {
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
