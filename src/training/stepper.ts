/** From batches to steps: each batch its own, or the mean of several. */

import type { Minibatch } from "../data/minibatches.js";
import type { Network } from "../network.js";

/** Hands batches to a network, which takes a step after every `accumulate` of them and at the end of an epoch. */
export class Stepper {
  readonly #network: Network;
  readonly #accumulate: number;

  constructor(network: Network, accumulate: number) {
    this.#network = network;
    this.#accumulate = accumulate;
  }

  /**
   * @param index of the batch in its epoch, from 0
   * @param batches of the epoch
   * @returns the batch's loss, before the step
   */
  take({ inputs, targets, weights }: Minibatch, index: number, batches: number): number {
    if (this.#accumulate === 1) return this.#network.train(inputs, targets, weights);
    const loss = this.#network.gradients(inputs, targets, weights);
    const gathered = (index % this.#accumulate) + 1;
    if (gathered === this.#accumulate || index + 1 === batches) this.#step(gathered);
    return loss;
  }

  /** θ moves against the mean of the gradients. */
  #step(batches: number): void {
    const { kernels } = this.#network.engine;
    for (const parameter of this.#network.parameters()) {
      if (parameter.hasGradient) kernels.scale(parameter.length, 1 / batches, parameter.gradientPointer);
    }
    this.#network.step();
  }
}
