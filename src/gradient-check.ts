/** checkGradients: analytic gradients against central differences, for built-in layers and anyone's own. */

import type { Engine } from "./engine.js";
import { Layer, type Parameter } from "./layers/layer.js";
import type { SoftmaxCrossEntropy } from "./losses.js";
import type { Labels, Matrix } from "./matrix.js";
import { Random } from "./random.js";

/** Options of `checkGradients`. */
export interface GradientCheckOptions {
  /** Half the distance of the two points of a difference; default 0.01. */
  readonly epsilon?: number;
  /** Largest error that passes, relative to the gradient's largest element; default 0.002, for float32 forward passes. */
  readonly tolerance?: number;
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
 * layer's outputs with fixed random weights, or the mean loss. A layer's step on its parameters must be plain gradient
 * descent with its `learningRate`, from which their gradient is read off; the parameters are put back afterwards.
 *
 * @param target a layer that is attached, or a loss together with its labels
 * @param input [batch, inputs]; keep it away from kinks, such as ReLU's zero, by more than ε. Put back afterwards.
 * @returns one check for the input and one for each parameter
 */
export function checkGradients(
  engine: Engine,
  target: Layer | { readonly loss: SoftmaxCrossEntropy; readonly labels: Labels },
  input: Matrix,
  { epsilon = 0.01, tolerance = 0.002 }: GradientCheckOptions = {},
): GradientCheck[] {
  const [score, analytic] = target instanceof Layer ? layerScore(engine, target, input) : lossScore(target, input);
  const values = { toArray: () => input.data.slice(), set: (x: ArrayLike<number>) => input.data.set(x) };
  const checks = [compare("input", analytic.input, numericGradient(values, score, epsilon), tolerance)];
  for (const { parameter, gradient } of analytic.parameters) {
    checks.push(compare(parameter.name, gradient, numericGradient(parameter, score, epsilon), tolerance));
  }
  return checks;
}

interface Analytic {
  readonly input: Float32Array;
  readonly parameters: readonly { readonly parameter: Parameter; readonly gradient: Float32Array }[];
}

/** s(input) = Σ cotangent·layer(input), and its gradients by the layer's own backward pass. */
function layerScore(engine: Engine, layer: Layer, input: Matrix): [() => number, Analytic] {
  const { rows, columns } = layer.forward(input);
  const random = new Random(1);
  const weights = Float32Array.from({ length: rows * columns }, () => 2 * random.uniform() - 1);
  // A copy: a layer may compute its gradient in place.
  const cotangent = engine.matrix(rows, columns, weights);
  const parameters = layer.parameters();
  const before = parameters.map((parameter) => parameter.toArray());
  const gradInput = layer.backward(input, cotangent).data.slice();
  const rate = parameters.length > 0 ? learningRate(layer) : 1;
  const gradients = parameters.map((parameter, index) => {
    const start = before[index] as Float32Array;
    const moved = parameter.toArray();
    parameter.set(start);
    return { parameter, gradient: moved.map((value, i) => ((start[i] as number) - value) / rate) };
  });
  cotangent.dispose();
  const score = () => layer.forward(input).data.reduce((sum, y, i) => sum + y * (weights[i] as number), 0);
  return [score, { input: gradInput, parameters: gradients }];
}

/** s(logits) = mean loss, and its gradient. */
function lossScore(
  { loss, labels }: { readonly loss: SoftmaxCrossEntropy; readonly labels: Labels },
  logits: Matrix,
): [() => number, Analytic] {
  const score = () => loss.meanLoss(logits, labels);
  score();
  return [score, { input: loss.gradient(logits).data.slice(), parameters: [] }];
}

function learningRate(layer: Layer): number {
  const rate = (layer as { learningRate?: unknown }).learningRate;
  if (typeof rate === "number" && rate > 0) return rate;
  throw new TypeError(
    `checkGradients: expected a layer with parameters to have a learningRate above 0, got ${String(rate)}`,
  );
}

/** Central differences of `score` with respect to each of `values`, which are left as they were. */
function numericGradient(values: Pick<Parameter, "toArray" | "set">, score: () => number, epsilon: number): number[] {
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
