/** Warns once about a layer whose units are all dead, with a remedy. */

import type { Rows } from "../dataset/rows.js";
import { CsrMatrix } from "../engine/csr.js";
import type { Matrix } from "../engine/matrix.js";
import type { Layer } from "../network/layers/layer.js";
import type { Network } from "../network/network.js";
import { firstRows } from "./first-rows.js";

/** A layer that gives the same output for every row: no gradient reaches the layers before it. */
export class DeadLayers {
  readonly #network: Network;
  readonly #warn: (message: string) => void;
  #watches = true;
  /** Whether a layer gave the same output for all rows of the epoch's last batch. */
  #suspects = false;

  constructor(network: Network, warn: (message: string) => void) {
    this.#network = network;
    this.#warn = warn;
  }

  /** Checks the outputs of the epoch's last batch, which must still be in memory: a layer may return its input. */
  endLastBatch(): void {
    this.#suspects = this.#watches && !this.#network.activations.every(differs);
  }

  /** Checks more rows if all rows of the last batch gave the same. */
  endEpoch(data: Rows): void {
    if (!this.#suspects || data.rows < 2) return;
    this.#suspects = false;
    const dead = this.#find(data);
    if (dead < 0) return;
    this.#watches = false;
    const layer = this.#network.layers[dead] as Layer;
    this.#warn(
      `layer ${dead} (${layer.constructor.name}) gives the same output for every row: its units are dead, and what comes before ` +
        "it no longer learns; try a smaller learning rate, other initial weights, scaled inputs, or LeakyReLU in place of ReLU",
    );
  }

  /** The first layer whose output never differs although the inputs do; −1 if there is none. */
  #find(data: Rows): number {
    const { layers } = this.#network;
    const alive = new Set<number>();
    let inputDiffers = false;
    let first: Float32Array[] | undefined;
    for (const { batch, activations } of firstRows(this.#network, data)) {
      inputDiffers ||= batch.inputs instanceof CsrMatrix || differs(batch.inputs);
      first ??= activations.map((matrix) => firstRow(matrix).slice());
      for (const [index, matrix] of activations.entries()) {
        if (differs(matrix) || !equal(firstRow(matrix), first[index] as Float32Array)) alive.add(index);
      }
      if (alive.size === layers.length) return -1;
    }
    return inputDiffers ? layers.findIndex((_, index) => !alive.has(index)) : -1;
  }
}

/** Whether any row of a matrix differs from the first. */
function differs({ rows, columns, data }: Matrix): boolean {
  for (let i = columns; i < rows * columns; ++i) if (data[i] !== data[i % columns]) return true;
  return false;
}

function firstRow({ columns, data }: Matrix): Float32Array {
  return data.subarray(0, columns);
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i]);
}
