/** A network: layers applied one after the other, a loss and an optimizer. */

import { ANY_NUMBER, checkNumber, checkOptions, type OptionNames, wrongType } from "../checks/check-options.js";
import { DisposedError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { checkIsRows, type Rows } from "../dataset/rows.js";
import { checkMemory } from "../engine/allocation.js";
import { CsrMatrix } from "../engine/csr.js";
import { Matrix } from "../engine/matrix.js";
import { ASYNC_OPTIONS, type AsyncOptions, checkAsyncOptions, runAsync, runSync } from "../event-loop.js";
import { attachParts } from "./attach-parts.js";
import {
  checkEvaluateOptions,
  EVALUATE_OPTIONS,
  type EvaluateOptions,
  type Evaluation,
  type Predictions,
} from "./evaluation.js";
import { checkKind, firstNonFinite, Inference, type Kind, kindsOf, type Parts } from "./inference.js";
import type { Layer } from "./layers/layer.js";
import type { Loss } from "./losses/loss.js";
import { SoftmaxCrossEntropy } from "./losses/softmax-cross-entropy.js";
import type { Targets } from "./losses/targets.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import { SGD } from "./optimizers/sgd.js";
import { type DirectStep, Parameter } from "./parameter.js";
import { ParameterLock, type TrainingLock } from "./parameter-lock.js";
import { Passes } from "./passes.js";
import { checkStateDict, type StateDict, statesOf } from "./state-dict.js";
import { summarize } from "./summary.js";

/** Options of a network. */
export interface NetworkOptions {
  /** Default softmax cross-entropy. */
  readonly loss?: Loss;
  /** Default plain gradient descent with a learning rate of 0.1. */
  readonly optimizer?: Optimizer;
}

const OPTIONS: OptionNames<NetworkOptions> = { loss: true, optimizer: true };

export class Network {
  readonly engine: Engine;
  readonly layers: readonly Layer[];
  /** Columns of the result, undefined if no layer says. */
  readonly outputs: number | undefined;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly #parameters: readonly Parameter[];
  readonly #passes: Passes;
  readonly #inference: Inference;
  readonly #lock = new ParameterLock();
  #disposed = false;

  /**
   * Attaches the layers, the loss and the optimizer. If it throws, nothing stays allocated.
   *
   * @throws ShapeError if two neighbouring layers do not fit, with the layer's index and name; TypeError for an empty list, unknown
   * options and anything that is not a layer, loss or optimizer; Error for one that already belongs to a network
   */
  constructor(engine: Engine, layers: readonly Layer[], options: NetworkOptions = {}) {
    if (!Array.isArray(layers) || layers.length === 0) {
      throw wrongType("network: layers", "a list of at least one layer", layers);
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
    this.#passes = new Passes(engine, this.layers, outputs);
    this.#inference = new Inference({
      engine,
      loss,
      outputsOf: (input) => this.evaluationActivations(input)[this.layers.length - 1] as Matrix,
    });
  }

  /**
   * The activations of all layers for `input` [batch, inputs]; the last are the logits. They belong to the layers and are
   * valid until the next call; the list is reused too.
   */
  forward(input: Matrix | CsrMatrix): readonly Matrix[] {
    this.#passes.begin();
    try {
      this.#check(input);
      return this.#passes.forward(input);
    } finally {
      this.#passes.end();
    }
  }

  /** The list that the last `forward` returned. */
  get activations(): readonly Matrix[] {
    return this.#passes.activations;
  }

  /** `forward` in evaluation mode. Restores the mode afterwards. */
  evaluationActivations(input: Matrix | CsrMatrix): readonly Matrix[] {
    const before = this.training;
    this.training = false;
    try {
      return this.forward(input);
    } finally {
      this.training = before;
    }
  }

  /** The logits [batch, outputs] for `input`; valid until the next call. */
  logits(input: Matrix | CsrMatrix): Matrix {
    return this.forward(input)[this.layers.length - 1] as Matrix;
  }

  /**
   * The predicted class of each row: the index of its largest output, the first if several are equal. With
   * `BinaryCrossEntropy`, each 0/1 label, row by row. This method and those below run in evaluation mode, whatever `training`
   * is, on a part of the rows at a time. The async versions yield to other tasks about every 50 ms.
   *
   * @throws TypeError with a regression loss (use `predictValues`); ShapeError with softmax over one output; RangeError if an
   * output is not finite because an input or a weight is not
   */
  predict(input: Matrix | CsrMatrix): Int32Array {
    return runSync(this.#predict(input, "classes")).classes as Int32Array;
  }

  /** `predict`, but yields to other tasks. @throws also the signal's reason once it is aborted */
  predictAsync(input: Matrix | CsrMatrix, options?: AsyncOptions): Promise<Int32Array> {
    return this.#predictAsync(input, "classes", options) as Promise<Int32Array>;
  }

  /** softmax of each row, or with `BinaryCrossEntropy` the sigmoid of each output; row by row. @throws as `predict` */
  predictProbabilities(input: Matrix | CsrMatrix): Float32Array {
    return runSync(this.#predict(input, "probabilities")).probabilities as Float32Array;
  }

  /** `predictProbabilities`, but yields to other tasks. */
  predictProbabilitiesAsync(input: Matrix | CsrMatrix, options?: AsyncOptions): Promise<Float32Array> {
    return this.#predictAsync(input, "probabilities", options) as Promise<Float32Array>;
  }

  /** The outputs, row by row. @throws TypeError with a classification loss */
  predictValues(input: Matrix | CsrMatrix): Float32Array {
    return runSync(this.#predict(input, "values")).values as Float32Array;
  }

  /** `predictValues`, but yields to other tasks. */
  predictValuesAsync(input: Matrix | CsrMatrix, options?: AsyncOptions): Promise<Float32Array> {
    return this.#predictAsync(input, "values", options) as Promise<Float32Array>;
  }

  /**
   * Classes and probabilities of every row, or values with a regression loss, from one forward pass.
   *
   * @param data inputs, or a data set or `Subset`, whose targets are ignored
   * @throws as `predict`; TypeError, ShapeError, RangeError for rows that do not fit
   */
  predictAll(data: Matrix | CsrMatrix | Rows): Predictions {
    return runSync(this.#predictAll(data));
  }

  /** `predictAll`, but yields to other tasks. */
  predictAllAsync(data: Matrix | CsrMatrix | Rows, options?: AsyncOptions): Promise<Predictions> {
    return this.#async(() => this.#predictAll(data), options);
  }

  /**
   * One step of the optimizer on a batch: forward, loss, backward, step.
   *
   * @param input [batch, inputs]
   * @param weights sample weights [batch, 1]
   * @returns the loss of the batch, before the step
   * @throws ShapeError, RangeError, TypeError for targets that the loss does not accept; then no parameter has changed. If a
   * layer's backward pass throws, all gradients are cleared; under plain gradient descent the layers behind it have already
   * moved
   */
  train(input: Matrix | CsrMatrix, targets: Targets, weights?: Matrix): number {
    this.#lock.check();
    this.#passes.checkIdle();
    const { optimizer } = this;
    // A direct step would leave out gradients accumulated before.
    const step = optimizer.direct && !this.#hasGradients() ? optimizer : undefined;
    const loss = this.#pass(input, targets, weights, step);
    // After a direct step, only layers that ignore `step` have gradients.
    if (!step || this.#hasGradients()) optimizer.step();
    return loss;
  }

  /** `train` without the step: adds the batch's gradients to those of the parameters. @throws as `train` */
  gradients(input: Matrix | CsrMatrix, targets: Targets, weights?: Matrix): number {
    this.#lock.check();
    return this.#pass(input, targets, weights, undefined);
  }

  /** One forward and one backward pass. @param step for the backward pass to take directly */
  #pass(
    input: Matrix | CsrMatrix,
    targets: Targets,
    weights: Matrix | undefined,
    step: DirectStep | undefined,
  ): number {
    this.#check(input);
    // Before the pass, so that an error leaves batch statistics and the generator unchanged.
    if (this.outputs !== undefined) this.loss.check(input.rows, this.outputs, targets, weights);
    // Not a method that takes a closure: a training step creates no object.
    this.#passes.begin();
    const before = this.training;
    this.training = true;
    try {
      const logits = this.#passes.forward(input)[this.layers.length - 1] as Matrix;
      const loss = this.loss.compute(logits, targets, weights);
      this.#backward(input, this.loss.gradient(logits), step);
      return loss;
    } finally {
      this.training = before;
      this.#passes.end();
    }
  }

  /**
   * Backward pass for a loss that you compute yourself: adds ∂loss/∂parameter to each parameter's gradient. Set `training` and
   * call `forward` with the same input first.
   *
   * @param gradOutput ∂loss/∂outputs [batch, outputs]
   *
   * @throws TypeError, ShapeError, RangeError for anything but the input and a gradient in the shape of the outputs
   */
  backward(input: Matrix | CsrMatrix, gradOutput: Matrix): void {
    this.#lock.check();
    this.#check(input);
    this.#passes.checkGradient(input, gradOutput);
    this.#passes.begin();
    try {
      this.#backward(input, gradOutput, undefined);
    } finally {
      this.#passes.end();
    }
  }

  #backward(input: Matrix | CsrMatrix, gradOutput: Matrix, step: DirectStep | undefined): void {
    try {
      this.#passes.backward(input, gradOutput, step);
    } catch (error) {
      // The layers behind the failed one have their gradients already: they would count in the next step.
      this.zeroGrad();
      throw error;
    }
  }

  /**
   * One step of the optimizer with the gradients added since the last step.
   *
   * @param gradientScale multiplies the gradients first: 1/n for the mean of n batches
   */
  step(gradientScale = 1): void {
    this.#lock.check();
    this.#passes.checkIdle();
    this.engine.checkAlive();
    checkNumber("step: gradientScale", gradientScale, ANY_NUMBER);
    this.optimizer.step(gradientScale);
  }

  /** Clears the gradients. */
  zeroGrad(): void {
    for (const parameter of this.#parameters) parameter.zeroGrad();
  }

  /** Whether `forward` and `logits` run in training mode, with dropout and the batch's statistics; default false. */
  get training(): boolean {
    return this.#passes.training;
  }

  set training(training: boolean) {
    this.#passes.training = training;
  }

  /** The learnable arrays of all layers, first to last. */
  parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Copies of all learnable arrays and buffers. */
  stateDict(): StateDict {
    return Object.fromEntries(
      statesOf(this.layers).map(([name, state]) => [name, { shape: state.shape, data: state.toArray() }]),
    );
  }

  /**
   * Sets all learnable arrays and buffers. The data may be any lists of numbers, but not a typed array that went through JSON.
   *
   * @throws ShapeError unless names and shapes are this network's; TypeError for anything but such a record. Sets all or nothing
   */
  loadStateDict(dict: StateDict): void {
    const states = statesOf(this.layers);
    checkStateDict(dict, states);
    this.#passes.checkIdle();
    this.#lock.change();
    for (const [name, state] of states) state.set((dict[name] as StateDict[string]).data);
  }

  /** The layers as a table: name, columns of the output, number of learnable values; and their total. */
  summary(): string {
    return summarize(this.layers);
  }

  /**
   * Loss and metrics over every row of a data set or `Subset`, in evaluation mode. Changes no parameter and no buffer.
   *
   * @throws TypeError for other data and unknown options; RangeError for data without rows; ShapeError, RangeError, TypeError for
   * inputs and targets that do not fit
   */
  evaluate(data: Rows, options: EvaluateOptions = {}): Evaluation {
    return runSync(this.#evaluation(data, options));
  }

  /** `evaluate`, but yields to other tasks. @throws also the signal's reason once it is aborted */
  async evaluateAsync(data: Rows, options: EvaluateOptions & AsyncOptions = {}): Promise<Evaluation> {
    checkOptions("evaluate", options, { ...EVALUATE_OPTIONS, ...ASYNC_OPTIONS });
    const { signal, ...rest } = options;
    return this.#async(() => this.#evaluation(data, rest), signal === undefined ? undefined : { signal });
  }

  #evaluation(data: Rows, options: EvaluateOptions): Parts<Evaluation> {
    checkIsRows("evaluate: data", data);
    if (data.rows === 0) throw new RangeError("evaluate: expected at least one row, got none");
    checkEvaluateOptions(options, this.loss.activation);
    return this.#inference.evaluation(data, options);
  }

  /**
   * Locks the parameters for one training: until `release`, only steps between the lock's `beginStep` and `endStep` are allowed.
   *
   * @throws Error while another training holds the lock, or an evaluation is under way
   */
  lock(): TrainingLock {
    return this.#lock.acquire();
  }

  /** The first parameter or buffer with a value that is NaN or infinite, `layers.<index>.<name>`; undefined if there is none. */
  findNonFinite(): string | undefined {
    const { kernels } = this.engine;
    for (const [name, state] of statesOf(this.layers)) {
      if (state instanceof Parameter) {
        if (firstNonFinite(kernels, state.length, state.pointer) >= 0) return name;
      } else if (!state.toArray().every(Number.isFinite)) return name;
    }
    return undefined;
  }

  /** Frees the memory of all layers. You cannot use the network or its layers afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#passes.checkIdle();
    this.#disposed = true;
    for (const layer of this.layers) layer.dispose();
    this.loss.dispose();
    this.optimizer.dispose();
    this.#inference.dispose();
    this.#passes.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #predict(input: Matrix | CsrMatrix, kind: Kind): Parts<Predictions> {
    this.#check(input);
    checkKind(this.loss, this.outputs, kind);
    return this.#inference.predictions(input, [kind]);
  }

  async #predictAsync(input: Matrix | CsrMatrix, kind: Kind, options?: AsyncOptions): Promise<Predictions[Kind]> {
    return (await this.#async(() => this.#predict(input, kind), options))[kind];
  }

  #predictAll(data: Matrix | CsrMatrix | Rows): Parts<Predictions> {
    if (data instanceof Matrix || data instanceof CsrMatrix) this.#check(data);
    else checkIsRows("network: data", data);
    const kinds = kindsOf(this.loss);
    checkKind(this.loss, this.outputs, kinds[0] as Kind);
    return this.#inference.predictions(data, kinds);
  }

  /** Runs work that yields; the parameters must not change meanwhile. */
  async #async<T>(begin: () => Parts<T>, options: AsyncOptions = {}): Promise<T> {
    checkAsyncOptions("network", options);
    const work = begin();
    return this.#lock.reading(() => runAsync(work, options.signal));
  }

  #hasGradients(): boolean {
    const parameters = this.#parameters;
    for (let i = 0; i < parameters.length; ++i) if ((parameters[i] as Parameter).hasGradient) return true;
    return false;
  }

  #check(input: Matrix | CsrMatrix): void {
    if (this.#disposed) throw new DisposedError("the network was used after it was disposed of");
    this.engine.checkAlive();
    if (!(input instanceof Matrix || input instanceof CsrMatrix)) {
      throw wrongType("network: input", "a Matrix or CsrMatrix", input);
    }
    checkMemory("network: input", this.engine.memory, input);
  }
}
