/** Warns once about a loss that does not fall, with a remedy. */

import type { Rows } from "../dataset/rows.js";
import { Labels } from "../engine/labels.js";
import type { Matrix } from "../engine/matrix.js";
import type { Network } from "../network/network.js";
import { firstRows } from "./first-rows.js";

/** The relative decrease that counts as a falling loss. */
const LEAST_FALL = 1e-3;
/** The relative difference that the losses of an epoch's halves may have by chance. */
const CHANCE = 0.02;
/** How many steps a training has to show that it learns. */
const LEAST_STEPS = 10;
/** If the outputs' standard deviation over rows is smaller, the network only learned the mean. For values, relative to the targets'. */
const LEAST_SPREAD = 0.01;

const REMEDY =
  'try another learning rate, other initial weights (init: "glorotUniform" or "heNormal" in place of "normal" or "zeros"), ' +
  "or scaled inputs";

/** Compares the losses of the first epoch's halves, and of consecutive epochs. */
export class Stagnation {
  readonly #network: Network;
  readonly #warn: (message: string) => void;
  #watches = true;
  /** Mean losses of the halves. */
  #firstHalf = 0;
  #secondHalf = 0;
  #before: number | undefined;

  constructor(network: Network, warn: (message: string) => void) {
    this.#network = network;
    this.#warn = warn;
  }

  /** @param epoch from 1; @param batch of it, from 1 */
  endBatch(loss: number, epoch: number, batch: number, batches: number): void {
    if (!this.#watches || epoch > 1) return;
    const half = Math.floor(batches / 2);
    if (batch <= half) this.#firstHalf += loss / half;
    else if (batch > batches - half) this.#secondHalf += loss / half;
  }

  /** @param loss its mean over the epoch; @param whole whether all of the epoch was seen */
  endEpoch(loss: number, data: Rows, epoch: number, batches: number, whole: boolean): void {
    const before = this.#before;
    this.#before = loss;
    if (!this.#watches || !whole) return;
    if (epoch === 1 && batches >= LEAST_STEPS) this.#compareHalves(data);
    // A loss of 0 cannot fall.
    if (before === undefined || before === 0 || before - loss > LEAST_FALL * Math.abs(before)) return;
    if (epoch === 2 && batches * 2 >= LEAST_STEPS) {
      this.#say(`the loss has not fallen from the first epoch to the second (${toText(before)} to ${toText(loss)})`);
    } else if (epoch > 2) {
      // A network that gave different outputs for different rows has learned something.
      this.#watches = false;
      if (spread(this.#network, data) >= LEAST_SPREAD) return;
      this.#say(`the loss no longer falls (${toText(loss)}), and the outputs hardly differ from row to row`);
    }
  }

  /** The halves have different rows, so their losses differ by chance. Unless the difference is tiny, the outputs decide. */
  #compareHalves(data: Rows): void {
    const [before, after] = [this.#firstHalf, this.#secondHalf];
    const change = Math.abs(before - after) / Math.abs(before);
    if (before === 0 || change > CHANCE) return;
    if (change > LEAST_FALL && spread(this.#network, data) >= LEAST_SPREAD) return;
    this.#say(`the loss has not fallen over the first epoch (${toText(before)} to ${toText(after)})`);
  }

  #say(what: string): void {
    this.#watches = false;
    this.#warn(`${what}: ${REMEDY}`);
  }
}

/** The largest standard deviation of an output over some rows; for values, relative to the targets'. */
function spread(network: Network, data: Rows): number {
  const outputs = new Deviations();
  const targets = new Deviations();
  const ofValues = network.loss.activation === "identity";
  for (const { batch, activations } of firstRows(network, data)) {
    outputs.add(activations.at(-1) as Matrix);
    if (ofValues && !(batch.targets instanceof Labels)) targets.add(batch.targets);
  }
  const scale = targets.largest();
  return outputs.largest() / (scale > 0 ? scale : 1);
}

/** Standard deviations of the columns over consecutive matrices, computed relative to the first row. */
class Deviations {
  #rows = 0;
  #columns: { readonly origin: number; sum: number; squares: number }[] = [];

  add({ rows, columns, data }: Matrix): void {
    if (this.#rows === 0) {
      this.#columns = Array.from(data.subarray(0, columns), (origin) => ({ origin, sum: 0, squares: 0 }));
    }
    for (let i = 0; i < rows * columns; ++i) {
      const column = this.#columns[i % columns];
      if (!column) continue;
      const offset = (data[i] as number) - column.origin;
      column.sum += offset;
      column.squares += offset * offset;
    }
    this.#rows += rows;
  }

  largest(): number {
    const variances = this.#columns.map(
      ({ sum, squares }) => squares / this.#rows - (sum / this.#rows) * (sum / this.#rows),
    );
    return Math.sqrt(variances.reduce((most, variance) => Math.max(most, variance), 0));
  }
}

function toText(value: number): string {
  return String(Number(value.toPrecision(5)));
}
