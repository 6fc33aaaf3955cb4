/** What a network of an estimator is to learn: what tells classes and values apart. */

import type { Engine } from "../create-engine.js";
import type { Loss } from "../network/losses/loss.js";
import type { Targets } from "../network/losses/targets.js";

/** Classes or values. */
export interface MLPTask {
  /** Columns of the network's output. */
  readonly outputs: number;
  /** Whether a validation part has each class in its share. */
  readonly stratified: boolean;
  /** Fewest rows that a score can be had of. */
  readonly leastRows: number;
  makeLoss(): Loss;
  /** Targets in linear memory: class indices, or values. */
  place(engine: Engine, targets: ArrayLike<number>): Targets & { dispose(): void };
  /** Accuracy or R². */
  score(targets: ArrayLike<number>, predictions: ArrayLike<number>): number;
}
