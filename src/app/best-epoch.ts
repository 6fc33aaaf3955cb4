/** Which epoch's weights a run of early stopping keeps. Free of Node. */

import type { EarlyStopping } from "../training/callbacks/early-stopping.js";

/** The epoch with the lowest validation loss: the model has its weights. */
export interface BestEpoch {
  readonly epoch: number;
  readonly validationLoss: number;
}

/** Undefined before the first epoch that ended. */
export function bestEpochOf({ best, bestEpoch }: EarlyStopping): BestEpoch | undefined {
  return best === undefined ? undefined : { epoch: bestEpoch, validationLoss: best };
}

/** "epoch 23, validation loss 0.4120, of 43". */
export function describeBest({ epoch, validationLoss }: BestEpoch, epochs: number): string {
  return `epoch ${epoch}, validation loss ${validationLoss.toPrecision(4)}, of ${epochs}`;
}
