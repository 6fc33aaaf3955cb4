/** Trainings that go on without learning: said once, with what to do about it. */

import { CsrMatrix } from "../csr.js";
import { iterateMinibatches } from "../data/minibatches.js";
import type { Rows } from "../data/subset.js";
import type { Layer } from "../layers/layer.js";
import type { Matrix } from "../matrix.js";
import type { Network } from "../network.js";

/** The share of itself by which a loss has to fall to have moved. */
const LEAST_CHANGE = 1e-3;
/** Steps that a training is given to show that it learns. */
const LEAST_STEPS = 10;
/** Rows by which a layer is found dead that seemed so in a batch. */
const MOST_ROWS = 1024;

/** Watches the losses of the first two epochs, and the layers' outputs after every one. */
export class Health {
  readonly #network: Network;
  readonly #warn: (message: string) => void;
  /** Sums of the losses of the first epoch's halves, and of the epochs. */
  #halves = [0, 0];
  #epochs = [0, 0];
  #watchesLoss: boolean;
  #watchesLayers = true;

  /** @param resumed whether the first epochs' losses are not all seen */
  constructor(network: Network, warn: (message: string) => void, resumed: boolean) {
    this.#network = network;
    this.#warn = warn;
    this.#watchesLoss = !resumed;
  }

  /** @param epoch from 1; @param batch of it, from 1 */
  endBatch(loss: number, epoch: number, batch: number, batches: number): void {
    if (!this.#watchesLoss) return;
    if (epoch === 1 && batches >= LEAST_STEPS) {
      const half = Math.floor(batches / 2);
      if (batch <= half) this.#halves[0] = (this.#halves[0] as number) + loss / half;
      else if (batch > batches - half) this.#halves[1] = (this.#halves[1] as number) + loss / half;
    }
    if (epoch <= 2) this.#epochs[epoch - 1] = (this.#epochs[epoch - 1] as number) + loss / batches;
    if (batch < batches) return;
    if (epoch === 1 && batches >= LEAST_STEPS) this.#compare(this.#halves, "over the first epoch");
    if (epoch === 2 && batches * 2 >= LEAST_STEPS) this.#compare(this.#epochs, "from the first epoch to the second");
    if (epoch > 1) this.#watchesLoss = false;
  }

  #compare([before, after]: readonly number[], when: string): void {
    const change = Math.abs((after as number) - (before as number));
    // A loss of 0 has nowhere to go.
    if (!this.#watchesLoss || before === 0 || change > LEAST_CHANGE * Math.abs(before as number)) return;
    this.#watchesLoss = false;
    this.#warn(
      `the loss has not moved ${when} (${toText(before)} to ${toText(after)}): try a larger learning rate, ` +
        'other initial weights (init: "glorotUniform" or "heNormal" in place of "normal" or "zeros"), or scaled inputs',
    );
  }

  /** Looks at the outputs of the epoch's last batch, and of more rows if two of them never differ. */
  endEpoch(data: Rows): void {
    if (!this.#watchesLayers || data.rows < 2) return;
    const activations = this.#network.activations;
    if (activations.every(differs)) return;
    const dead = this.#findDead(data);
    if (dead < 0) return;
    this.#watchesLayers = false;
    const layer = this.#network.layers[dead] as Layer;
    this.#warn(
      `layer ${dead} (${layer.constructor.name}) gives the same output for every row: its units are dead, and what comes before ` +
        "it no longer learns; try a smaller learning rate, other initial weights, scaled inputs, or LeakyReLU in place of ReLU",
    );
  }

  /** The first layer whose input differs from row to row and whose output does not; −1 if there is none. */
  #findDead({ inputs, targets, indices }: Rows): number {
    const { engine, layers } = this.#network;
    const alive = new Set<number>();
    let inputDiffers = false;
    let first: Float32Array[] | undefined;
    const rows =
      indices?.subarray(0, MOST_ROWS) ?? Int32Array.from({ length: Math.min(inputs.rows, MOST_ROWS) }, (_, i) => i);
    for (const batch of iterateMinibatches(engine, inputs, targets, 128, { dropLast: false, indices: rows })) {
      const activations = this.#network.evaluationActivations(batch.inputs);
      inputDiffers ||= batch.inputs instanceof CsrMatrix || differs(batch.inputs);
      first ??= activations.map((matrix) => rowOf(matrix, 0).slice());
      for (const [index, matrix] of activations.entries()) {
        if (differs(matrix) || !equal(rowOf(matrix, 0), first[index] as Float32Array)) alive.add(index);
      }
      if (alive.size === layers.length) return -1;
    }
    if (!inputDiffers) return -1;
    return layers.findIndex((_, index) => !alive.has(index));
  }
}

/** Whether some row of a matrix differs from its first. */
function differs({ rows, columns, data }: Matrix): boolean {
  for (let i = columns; i < rows * columns; ++i) if (data[i] !== data[i % columns]) return true;
  return false;
}

function rowOf({ columns, data }: Matrix, row: number): Float32Array {
  return data.subarray(row * columns, (row + 1) * columns);
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i]);
}

function toText(value: number | undefined): string {
  return String(Number((value as number).toPrecision(5)));
}
