/** Saves a training's state from its parts, and restores it. */

import { DivergenceError, ShapeError } from "../checks/errors.js";
import type { Random, RandomState } from "../engine/random.js";
import type { Network } from "../network/network.js";
import { statefulCallbacks } from "./callbacks/callbacks.js";
import type { History } from "./callbacks/history.js";
import type { CheckpointContents, TrainingPosition } from "./checkpoint/checkpoint-contents.js";
import { type Plan, sharedParts, sharedSettings } from "./options.js";

/** A training's position: what changes from batch to batch. */
export interface Progression extends TrainingPosition {
  epoch: number;
  batch: number;
  losses: number;
  seconds: number;
  stopped: boolean;
  /** States of the generator; see `RandomStates`. */
  epochRandom: RandomState | undefined;
  splitRandom: RandomState | undefined;
}

/** The position before training begins. */
export function startOfTraining(): Progression {
  const random = { epochRandom: undefined, splitRandom: undefined };
  return { epoch: 1, batch: 0, losses: 0, seconds: 0, stopped: false, ...random };
}

/** Creates a checkpoint. @throws DivergenceError for a network with NaN or infinities, from which nothing can resume */
export function captureTraining(
  plan: Plan,
  progression: Progression,
  history: History,
  random: Random,
): CheckpointContents {
  const { network, callbacks, options } = plan;
  const { epoch, batch, losses, seconds, stopped, epochRandom, splitRandom } = progression;
  const array = network.findNonFinite();
  if (array !== undefined) throw new DivergenceError(epoch, batch, `NaN or infinities in ${array}`);
  const parameters = network.parameters();
  const pending = [...parameters.entries()].filter(([, parameter]) => plan.accumulate > 1 && parameter.hasGradient);
  return {
    position: { epoch, batch, losses, seconds, stopped },
    random: {
      now: random.state,
      ...(epochRandom && batch > 0 && { epoch: epochRandom }),
      ...(splitRandom && { split: splitRandom }),
    },
    settings: sharedSettings(plan),
    parts: sharedParts(plan),
    schedule: options.schedule ? (options.schedule.stateDict?.() ?? {}) : null,
    history: history.reports.filter(({ completed }) => completed),
    network: network.stateDict(),
    optimizer: network.optimizer.stateDict(),
    gradients: new Map(pending.map(([i, parameter]) => [i, parameter.gradient()])),
    callbacks: statefulCallbacks(callbacks).map((callback) => callback.state()),
  };
}

/**
 * Restores network, optimizer, gradients, generator, schedule and callbacks from a checkpoint.
 *
 * @throws ShapeError, RangeError, TypeError, FormatError if it does not fit; then network and optimizer are unchanged
 */
export function restoreTraining(
  { network, callbacks, options }: Plan,
  contents: CheckpointContents,
  random: Random,
): void {
  const { optimizer } = network;
  checkGradients(network, contents.gradients);
  const before = { network: network.stateDict(), optimizer: optimizer.stateDict() };
  try {
    network.loadStateDict(contents.network);
    optimizer.loadStateDict(contents.optimizer);
    if (contents.schedule) options.schedule?.loadStateDict?.(contents.schedule);
    for (const [i, callback] of statefulCallbacks(callbacks).entries()) {
      const state = contents.callbacks[i];
      if (callback.loadState && state) callback.loadState(state);
    }
  } catch (error) {
    network.loadStateDict(before.network);
    optimizer.loadStateDict(before.optimizer);
    throw error;
  }
  network.zeroGrad();
  for (const [i, gradient] of contents.gradients) network.parameters()[i]?.setGradient(gradient);
  random.state = contents.random.now;
}

/** @throws ShapeError for a gradient that does not fit the network */
function checkGradients(network: Network, gradients: CheckpointContents["gradients"]): void {
  for (const [i, { length }] of gradients) {
    const shape = network.parameters()[i]?.shape;
    const expected = shape?.reduce((product, size) => product * size, 1);
    if (length !== expected) {
      throw new ShapeError(`resume: gradient ${i}: expected ${expected ?? "no such"} values, got ${length}`);
    }
  }
}
