/** checkGradients: analytic gradients against central differences, for built-in layers and anyone's own. */

import { checkNumber, checkOptions, checkRecord, type OptionNames, wrongType } from "../checks/check-options.js";
import type { Engine } from "../create-engine.js";
import { checkEngine } from "../engine/check-engine.js";
import { checkMatrix, type Matrix } from "../engine/matrix.js";
import { Random } from "../engine/random.js";
import { Layer } from "./layers/layer.js";
import { Loss } from "./losses/loss.js";
import type { Targets } from "./losses/targets.js";
import type { State } from "./parameter.js";

/** Options of `checkGradients`. */
export interface GradientCheckOptions {
  /** Half the distance of the two points of a difference; default 0.01. */
  readonly epsilon?: number;
  /** Largest error that passes, relative to the gradient's largest element; default 0.002, for float32 forward passes. */
  readonly tolerance?: number;
}

const OPTIONS: OptionNames<GradientCheckOptions> = { epsilon: true, tolerance: true };

/** A loss and what its outputs are held against. */
export interface LossToCheck {
  readonly loss: Loss;
  readonly targets: Targets;
  readonly weights?: Matrix;
}

/** How well one gradient agrees with its central differences. */
export interface GradientCheck {
  /** `input`, or the parameter's name. */
  readonly name: string;
  /** Largest |analytic − numeric|, divided by the larger of 1 and the largest |numeric|. */
  readonly error: number;
  readonly passed: boolean;
}

/**
 * Compares ∂s/∂input and ∂s/∂parameter with central differences (s(x + ε) − s(x − ε)) / 2ε, where s is the sum of a
 * layer's outputs with fixed random weights, or the loss. A layer is run in the mode it is in (`training`), and every time
 * from the same state of the engine's generator, so that dropout drops the same; parameters and buffers are put back.
 *
 * @param target a layer that is attached, or a loss that is attached, together with its targets and sample weights
 * @param input [batch, inputs]; keep it away from kinks, such as ReLU's zero, by more than ε. Put back afterwards.
 * @returns one check for the input and one for each parameter
 * @throws TypeError, RangeError for anything else, and as the layer or the loss
 */
export function checkGradients(
  engine: Engine,
  target: Layer | LossToCheck,
  input: Matrix,
  options: GradientCheckOptions = {},
): GradientCheck[] {
  checkOptions("checkGradients", options, OPTIONS);
  const { epsilon = 0.01, tolerance = 0.002 } = options;
  checkEngine("checkGradients", engine);
  if (!(target instanceof Layer)) checkTarget(target);
  checkMatrix("checkGradients: input", engine.memory, input);
  checkNumber("epsilon", epsilon, { positive: true });
  checkNumber("tolerance", tolerance);
  const [score, analytic] = target instanceof Layer ? layerScore(engine, target, input) : lossScore(target, input);
  const values = { toArray: () => input.data.slice(), set: (x: ArrayLike<number>) => input.data.set(x) };
  const checks = [compare("input", analytic.input, numericGradient(values, score, epsilon), tolerance)];
  for (const { parameter, gradient } of analytic.parameters) {
    checks.push(compare(parameter.name, gradient, numericGradient(parameter, score, epsilon), tolerance));
  }
  return checks;
}

function checkTarget(target: LossToCheck): void {
  const expected = "a Layer, or an object with loss and targets";
  checkRecord("checkGradients: target", target, expected);
  if (!(target.loss instanceof Loss)) throw wrongType("checkGradients: target", expected, target);
}

interface Analytic {
  readonly input: Float32Array;
  readonly parameters: readonly { readonly parameter: State; readonly gradient: Float32Array }[];
}

/** s(input) = Σ cotangent·layer(input), and its gradients by the layer's own backward pass. */
function layerScore(engine: Engine, layer: Layer, input: Matrix): [() => number, Analytic] {
  const start = engine.random.state;
  const buffers = layer.buffers().map((buffer) => [buffer, buffer.toArray()] as const);
  const forward = () => {
    engine.random.state = start;
    for (const [buffer, values] of buffers) buffer.set(values);
    return layer.forward(input);
  };
  const { rows, columns } = forward();
  const random = new Random(1);
  const weights = Float32Array.from({ length: rows * columns }, () => 2 * random.uniform() - 1);
  // A copy: a layer may compute its gradient in place.
  const cotangent = engine.matrix(rows, columns, weights);
  for (const parameter of layer.parameters()) parameter.zeroGrad();
  let gradInput: Float32Array;
  try {
    gradInput = layer.backward(input, cotangent).data.slice();
  } finally {
    cotangent.dispose();
  }
  const parameters = layer.parameters().map((parameter) => ({ parameter, gradient: parameter.gradient() }));
  for (const parameter of layer.parameters()) parameter.zeroGrad();
  for (const [buffer, values] of buffers) buffer.set(values);
  const score = () => {
    const sum = forward().data.reduce((total, y, i) => total + y * (weights[i] as number), 0);
    for (const [buffer, values] of buffers) buffer.set(values);
    return sum;
  };
  return [score, { input: gradInput, parameters }];
}

/** s(outputs) = the loss, and its gradient. */
function lossScore({ loss, targets, weights }: LossToCheck, outputs: Matrix): [() => number, Analytic] {
  const score = () => loss.compute(outputs, targets, weights);
  score();
  return [score, { input: loss.gradient(outputs).data.slice(), parameters: [] }];
}

/** Central differences of `score` with respect to each of `values`, which are left as they were. */
function numericGradient(values: Pick<State, "toArray" | "set">, score: () => number, epsilon: number): number[] {
  const start = values.toArray();
  const point = start.slice();
  const gradient = Array.from(start, (value, i) => {
    point[i] = value + epsilon;
    const above = point[i] as number;
    values.set(point);
    const high = score();
    point[i] = value - epsilon;
    const below = point[i] as number;
    values.set(point);
    const low = score();
    point[i] = value;
    return (high - low) / (above - below);
  });
  values.set(start);
  return gradient;
}

function compare(name: string, analytic: Float32Array, numeric: readonly number[], tolerance: number): GradientCheck {
  const scale = numeric.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  // NaN, too, is an error: Math.max keeps it.
  const error = numeric.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - (analytic[i] as number)) / scale),
    0,
  );
  return { name, error, passed: error <= tolerance };
}
