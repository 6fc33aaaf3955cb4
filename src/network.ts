/** A network: a list of layers, each applied to the result of the one before, under a loss, and moved by an optimizer. */

import { attachParts, located } from "./attachment.js";
import { checkOptions, type OptionNames } from "./check-options.js";
import { CsrMatrix } from "./csr.js";
import { iterateMinibatches } from "./data/minibatches.js";
import { checkIsRows, type Rows } from "./data/subset.js";
import type { Engine } from "./engine.js";
import { DisposedError, ShapeError } from "./errors.js";
import { type Evaluation, tallyFor } from "./evaluation.js";
import type { Layer } from "./layers/layer.js";
import type { Loss, Targets } from "./losses/loss.js";
import { SoftmaxCrossEntropy } from "./losses/softmax-cross-entropy.js";
import { Matrix, MatrixBuffer } from "./matrix.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import { SGD } from "./optimizers/sgd.js";
import type { Parameter, State } from "./parameter.js";
import { summarize } from "./summary.js";

/** Options of a network. */
export interface NetworkOptions {
  /** Default softmax cross-entropy. */
  readonly loss?: Loss;
  /** Default plain gradient descent with a learning rate of 0.1. */
  readonly optimizer?: Optimizer;
}

const OPTIONS: OptionNames<NetworkOptions> = { loss: true, optimizer: true };

/** All learnable arrays and buffers: `layers.<index>.<name>`, row by row. */
export type StateDict = Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Rows that are evaluated at a time: large enough for the kernels to run at full speed, small enough for the caches. */
const EVALUATION_ROWS = 256;

export class Network {
  readonly engine: Engine;
  readonly layers: readonly Layer[];
  /** Columns of the result, undefined if no layer says. */
  readonly outputs: number | undefined;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly #parameters: readonly Parameter[];
  #training = false;
  readonly #activations: Matrix[] = [];
  /** Room for a batch's probabilities, or its predicted classes. */
  readonly #results: MatrixBuffer;
  /** Room for a sparse batch in front of a layer that takes none. */
  readonly #expanded: MatrixBuffer;
  #disposed = false;

  /**
   * @throws ShapeError when two neighbours do not fit, with the layer's index and name; TypeError for an empty list, unknown
   * options and what is no layer, loss or optimizer; Error for one that belongs to a network already. Nothing is allocated then
   */
  constructor(engine: Engine, layers: readonly Layer[], options: NetworkOptions = {}) {
    if (!Array.isArray(layers) || layers.length === 0) {
      throw new TypeError("network: expected a list of at least one layer");
    }
    checkOptions("network", options, OPTIONS);
    this.engine = engine;
    this.layers = [...layers];
    const { loss = new SoftmaxCrossEntropy(), optimizer = new SGD() } = options;
    const { outputs, parameters } = attachParts(engine, this.layers, loss, optimizer);
    this.outputs = outputs;
    this.#parameters = parameters;
    this.loss = loss;
    this.optimizer = optimizer;
    this.#results = new MatrixBuffer(engine.memory);
    this.#expanded = new MatrixBuffer(engine.memory);
  }

  /**
   * The activations of all layers for `input` [batch, inputs]; the last are the logits. They belong to the layers and are
   * valid until the next call; the list is reused too.
   */
  forward(input: Matrix | CsrMatrix): readonly Matrix[] {
    this.#check(input);
    let current = this.#firstInput(input);
    for (let index = 0; index < this.layers.length; ++index) {
      const layer = this.layers[index] as Layer;
      try {
        current = layer.forward(current);
      } catch (error) {
        throw located(error, index, layer);
      }
      this.#activations[index] = current;
    }
    return this.#activations;
  }

  /** The logits [batch, outputs] for `input`; valid until the next call. */
  logits(input: Matrix | CsrMatrix): Matrix {
    return this.forward(input)[this.layers.length - 1] as Matrix;
  }

  /**
   * The predicted classes: the index of each row's largest output, the first of equals; under a loss of 0/1 labels, each
   * label, row by row. This and the two below are in evaluation mode, whatever `training` says.
   *
   * @throws TypeError under a loss of values, for which there is `predictValues`
   */
  predict(input: Matrix | CsrMatrix): Int32Array {
    this.#checkPredicts(true);
    return this.#evaluating(() => this.#classes(this.logits(input)).slice());
  }

  /** softmax(logits) of each row, or the sigmoid of each logit, as the loss has it, row by row. @throws as `predict` */
  predictProbabilities(input: Matrix | CsrMatrix): Float32Array {
    this.#checkPredicts(true);
    const { rows, columns, pointer, data } = this.#evaluating(() => this.logits(input));
    if (this.loss.activation === "sigmoid") return data.map((logit) => 1 / (1 + Math.exp(-logit)));
    const probabilities = this.#results.shaped(rows, columns);
    this.engine.kernels.softmax(rows, columns, pointer, probabilities.pointer);
    return probabilities.data.slice();
  }

  /** The outputs themselves, row by row. @throws TypeError under a loss of classes */
  predictValues(input: Matrix | CsrMatrix): Float32Array {
    this.#checkPredicts(false);
    return this.#evaluating(() => this.logits(input).data.slice());
  }

  /**
   * One step of the optimizer on a batch: forward, loss, backward, step.
   *
   * @param input [batch, inputs]
   * @param weights sample weights [batch, 1]
   * @returns the loss of the batch, before the step
   * @throws ShapeError, RangeError, TypeError for targets the loss cannot take; nothing has moved then
   */
  train(input: Matrix | CsrMatrix, targets: Targets, weights?: Matrix): number {
    const { optimizer } = this;
    const direct = optimizer.direct && !this.#parameters.some((parameter) => parameter.hasGradient);
    if (!direct) {
      const loss = this.gradients(input, targets, weights);
      optimizer.step();
      return loss;
    }
    for (const parameter of this.#parameters) parameter.stepDirectly(optimizer.learningRateOf(parameter));
    try {
      return this.gradients(input, targets, weights);
    } finally {
      for (const parameter of this.#parameters) parameter.stepDirectly(undefined);
    }
  }

  /** `train` without the step: adds the batch's gradients to the parameters' own. */
  gradients(input: Matrix | CsrMatrix, targets: Targets, weights?: Matrix): number {
    // As #evaluating, without a closure: a training step allocates nothing.
    const before = this.#training;
    this.training = true;
    try {
      const logits = this.logits(input);
      const loss = this.loss.compute(logits, targets, weights);
      this.backward(input, this.loss.gradient(logits));
      return loss;
    } finally {
      this.training = before;
    }
  }

  /**
   * Adds to the parameters' gradients those of a loss of one's own, of which `gradOutput` [batch, outputs] is the gradient
   * with respect to the outputs. `forward` must have been called with the same input, and with `training` set, just before.
   */
  backward(input: Matrix | CsrMatrix, gradOutput: Matrix): void {
    let gradient = gradOutput;
    for (let index = this.layers.length - 1; index >= 0; --index) {
      const layer = this.layers[index] as Layer;
      try {
        if (index === 0) layer.learn(this.#firstInput(input), gradient);
        else gradient = layer.backward(this.#activations[index - 1] as Matrix, gradient);
      } catch (error) {
        throw located(error, index, layer);
      }
    }
  }

  /**
   * Moves the parameters against the gradients that were added since the last step.
   *
   * @param gradientScale what they are multiplied by first: 1/n for the mean of n batches
   */
  step(gradientScale = 1): void {
    this.optimizer.step(gradientScale);
  }

  /** Forgets the gradients. */
  zeroGrad(): void {
    for (const parameter of this.#parameters) parameter.zeroGrad();
  }

  /** Whether `forward` and `logits` are passes of training, with dropout and a batch's own statistics; false at first. */
  get training(): boolean {
    return this.#training;
  }

  set training(training: boolean) {
    if (training === this.#training) return;
    this.#training = training;
    for (const layer of this.layers) layer.training = training;
  }

  /** The learnable arrays of all layers, first to last. */
  parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Copies of all learnable arrays and buffers. */
  stateDict(): StateDict {
    return Object.fromEntries(
      this.#states().map(([name, state]) => [name, { shape: state.shape, data: state.toArray() }]),
    );
  }

  /** Sets all learnable arrays and buffers. @throws ShapeError unless names and shapes are this network's; nothing is set then */
  loadStateDict(dict: StateDict): void {
    const states = this.#states();
    const unknown = Object.keys(dict).find((name) => !states.some(([own]) => own === name));
    if (unknown !== undefined) throw new ShapeError(`state ${unknown}: the network has no such array`);
    for (const [name, { shape }] of states) {
      const given = Object.hasOwn(dict, name) ? dict[name] : undefined;
      const length = shape.reduce((product, size) => product * size, 1);
      if (String(given?.shape) === String(shape) && given?.data.length === length) continue;
      throw new ShapeError(`state ${name}: expected [${shape}], got ${given ? `[${given.shape}]` : "none"}`);
    }
    for (const [name, state] of states) state.set((dict[name] as StateDict[string]).data);
  }

  /** The layers as a table: name, columns of the output, number of learnable values; and their total. */
  summary(): string {
    return summarize(this.layers);
  }

  /**
   * Loss and metrics over every row of a data set or of a `Subset`, in evaluation mode; parameters and buffers stay as they
   * are.
   *
   * @throws TypeError for what is neither, RangeError for one without rows; ShapeError, RangeError, TypeError for inputs and
   * targets that do not fit
   */
  evaluate(data: Rows): Evaluation {
    checkIsRows("evaluate: data", data);
    if (data.rows === 0) throw new RangeError("evaluate: expected at least one row, got none");
    return this.#evaluating(() => this.#evaluate(data));
  }

  #evaluate({ inputs, targets, weights, indices }: Rows): Evaluation {
    const tally = tallyFor(this.loss.activation);
    let total = 0;
    let divisor = 0;
    for (const batch of iterateMinibatches(this.engine, inputs, targets, EVALUATION_ROWS, {
      dropLast: false,
      weights,
      indices,
    })) {
      const logits = this.logits(batch.inputs);
      this.loss.compute(logits, batch.targets, batch.weights);
      total += this.loss.total;
      divisor += this.loss.divisor;
      tally.add(logits, batch.targets, () => this.#classes(logits));
    }
    return { loss: this.loss.reduction === "mean" ? total / divisor : total, ...tally.result() };
  }

  /** Frees all layers' memory; the network and its layers cannot be used any more. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const layer of this.layers) layer.dispose();
    this.loss.dispose();
    this.optimizer.dispose();
    this.#results.dispose();
    this.#expanded.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The predicted classes: a view, valid until the next call. */
  #classes(logits: Matrix): Int32Array {
    const { rows, columns, pointer } = logits;
    // An index takes four bytes, as a float does.
    const count = this.loss.activation === "sigmoid" ? columns : 1;
    const indices = this.#results.shaped(rows, count).pointer;
    const classes = this.engine.memory.i32(indices, rows * count);
    if (this.loss.activation === "sigmoid") {
      // Only now: the room for the labels may have made the memory grow, which detaches views.
      const { data } = logits;
      for (let i = 0; i < classes.length; ++i) classes[i] = Number((data[i] as number) > 0);
    } else {
      this.engine.kernels.argmaxRows(rows, columns, pointer, indices);
    }
    return classes;
  }

  /** Runs `action` in evaluation mode; the mode is as before afterwards. */
  #evaluating<T>(action: () => T): T {
    const before = this.#training;
    this.training = false;
    try {
      return action();
    } finally {
      this.training = before;
    }
  }

  #checkPredicts(classes: boolean): void {
    if ((this.loss.activation !== "identity") === classes) return;
    const [kind, method] = classes ? ["values", "predictValues"] : ["classes", "predict or predictProbabilities"];
    throw new TypeError(`network: ${this.loss.constructor.name} is a loss of ${kind}: use ${method}`);
  }

  #states(): [string, State][] {
    return this.layers.flatMap((layer, index) =>
      [...layer.parameters(), ...layer.buffers()].map(
        (state) => [`layers.${index}.${state.name}`, state] as [string, State],
      ),
    );
  }

  /** The input as the first layer takes it. What that is once it was sparse, the first layer knows. */
  #firstInput(input: Matrix | CsrMatrix): Matrix {
    if (!(input instanceof CsrMatrix) || this.layers[0]?.takesSparse) return input as Matrix;
    const dense = this.#expanded.shaped(input.rows, input.columns);
    input.expandInto(this.engine.kernels, dense);
    return dense;
  }

  #check(input: Matrix | CsrMatrix): void {
    if (this.#disposed) throw new DisposedError("the network was used after it was disposed of");
    if (!(input instanceof Matrix || input instanceof CsrMatrix)) {
      throw new TypeError("network: input: expected a Matrix or CsrMatrix");
    }
    if (input.memory !== this.engine.memory) {
      throw new RangeError("network: input: expected a matrix of the network's own engine, got one of another");
    }
  }
}
