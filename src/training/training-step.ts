/** Turns batches into steps: one per batch, or one per several batches. */

import type { Minibatch } from "../dataset/minibatches.js";
import type { Network } from "../network/network.js";
import type { ScheduleFollower } from "./learning-rate.js";

/** Passes batches to a network, which takes a step after every `accumulate` batches and at the end of an epoch. */
export class Stepper {
  readonly #network: Network;
  readonly #accumulate: number;
  readonly #schedule: ScheduleFollower;

  constructor(network: Network, accumulate: number, schedule: ScheduleFollower) {
    this.#network = network;
    this.#accumulate = accumulate;
    this.#schedule = schedule;
  }

  /** Sets the learning rate. Epochs count from 1, batches from 0. No step is open yet, because a schedule is the user's code. */
  beginBatch(epoch: number, index: number, batches: number): void {
    const stepsBefore = (epoch - 1) * Math.ceil(batches / this.#accumulate);
    this.#schedule.beginStep(stepsBefore + Math.floor(index / this.#accumulate));
  }

  /**
   * @param index of the batch in its epoch, from 0
   * @param batches of an epoch
   * @returns the batch's loss, before the step
   */
  take({ inputs, targets, weights }: Minibatch, index: number, batches: number): number {
    if (this.#accumulate === 1) return this.#network.train(inputs, targets, weights);
    const loss = this.#network.gradients(inputs, targets, weights);
    const gathered = (index % this.#accumulate) + 1;
    // θ moves against the mean of the gradients.
    if (gathered === this.#accumulate || index + 1 === batches) this.#network.step(1 / gathered);
    return loss;
  }
}
