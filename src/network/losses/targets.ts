/**
 * Targets: class indices, values, 0/1 labels or probabilities. In a data set, a Uint8Array or Int32Array holds class indices, a
 * Float32Array numbers. If a loss leaves no doubt, it converts one to the other.
 */

import { checkInteger, wrongType } from "../../checks/check-options.js";
import { ShapeError } from "../../checks/errors.js";
import type { Engine } from "../../create-engine.js";
import { checkMemory } from "../../engine/allocation.js";
import { LabelsBuffer, MatrixBuffer } from "../../engine/buffers.js";
import { Labels } from "../../engine/labels.js";
import { Matrix } from "../../engine/matrix.js";
import type { LinearMemory } from "../../wasm/memory.js";

/** Class indices, or a matrix [batch, outputs] of values, 0/1 labels or probabilities. */
export type Targets = Labels | Matrix;

/** Tolerance of a row's sum of probabilities, which may have been rounded to three digits. */
const SUM_TOLERANCE = 1e-3;

/** Class indices as a column of numbers, in memory that is reused. */
export class LabelsAsNumbers {
  readonly #engine: Engine;
  readonly #numbers: MatrixBuffer;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#numbers = new MatrixBuffer(engine.memory);
  }

  /** Returns a matrix unchanged, labels as a column that is valid until the next call. */
  convert(targets: Targets): Matrix {
    if (targets instanceof Matrix) return targets;
    const numbers = this.#numbers.shaped(targets.rows, 1);
    this.#engine.kernels.floatsFromLabels(targets.rows, targets.pointer, numbers.pointer);
    return numbers;
  }

  dispose(): void {
    this.#numbers.dispose();
  }
}

/** A column of class indices as labels, in memory that is reused. */
export class NumbersAsLabels {
  readonly #engine: Engine;
  readonly #labels: LabelsBuffer;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#labels = new LabelsBuffer(engine.memory);
  }

  /** Returns labels and matrices of several columns unchanged, a column that was checked as labels. */
  convert(targets: Targets, classes: number): Targets {
    if (targets instanceof Labels || targets.columns !== 1) return targets;
    const labels = this.#labels.shaped(targets.rows, classes);
    this.#engine.kernels.labelsFromFloats(targets.rows, classes, targets.pointer, labels.pointer);
    return labels;
  }

  dispose(): void {
    this.#labels.dispose();
  }
}

/** @throws TypeError for anything but labels or a matrix, RangeError for those of another engine */
export function checkIsTargets(memory: LinearMemory, targets: unknown): void {
  if (!(targets instanceof Labels || targets instanceof Matrix)) {
    throw wrongType("targets", "Labels or a Matrix", targets);
  }
  checkMemory("targets", memory, targets);
}

/** @throws ShapeError unless there is a number for each output; one class index a row is a number for one output */
export function checkNumbers(
  loss: string,
  { rows, columns }: Pick<Matrix, "rows" | "columns">,
  targets: Targets,
): void {
  if (targets instanceof Labels) {
    if (columns === 1) return;
    const got = "one class index a row, as an Int32Array or Uint8Array holds them";
    throw new ShapeError(`${loss}: targets: expected ${columns} numbers a row, a Float32Array, got ${got}`);
  }
  if (targets.rows === rows && targets.columns === columns) return;
  throw new ShapeError(`${loss}: targets: expected ${rows} × ${columns}, got ${targets.rows} × ${targets.columns}`);
}

/** @throws RangeError for labels other than 0 and 1, and numbers outside [0, 1] */
export function checkUnitInterval(loss: string, { kernels, memory }: Engine, targets: Targets): void {
  checkIsTargets(memory, targets);
  if (targets instanceof Labels) {
    const row = firstBeyond(targets, 2);
    if (row >= 0) throw notOfUnitInterval(loss, targets.data[row] as number, `row ${row}`);
    return;
  }
  const { rows, columns, pointer, data } = targets;
  const index = kernels.firstOutside(rows * columns, 0, 1, pointer);
  if (index < 0) return;
  const row = Math.floor(index / columns);
  const place = columns > 1 ? `row ${row}, column ${index % columns}` : `row ${row}`;
  throw notOfUnitInterval(loss, data[index] as number, place);
}

function notOfUnitInterval(loss: string, got: number, place: string): RangeError {
  const instead = "for more than two classes use SoftmaxCrossEntropy, for other numbers MeanSquaredError";
  return new RangeError(
    `${loss}: targets: expected labels of 0 and 1, or numbers between, got ${got} in ${place}; ${instead}`,
  );
}

/** @throws ShapeError unless there is one class index a row, or a probability for each class */
export function checkClassTargets(
  loss: string,
  { rows, columns }: Pick<Matrix, "rows" | "columns">,
  targets: Targets,
): void {
  if (columns < 2) {
    const why = "with one class every row has probability 1";
    const instead = "for 0/1 labels use BinaryCrossEntropy, for values MeanSquaredError";
    throw new ShapeError(
      `${loss}: expected at least 2 outputs, one for each class, got ${columns}: ${why}; ${instead}`,
    );
  }
  if (targets instanceof Labels || targets.columns === 1 || targets.columns === columns) return;
  const got = `${targets.rows} × ${targets.columns}`;
  throw new ShapeError(
    `${loss}: targets: expected one class index or ${columns} probabilities for each of ${rows} rows, got ${got}`,
  );
}

/** The first row whose label is not in [0, classes); −1 if there is none. Users can write to `labels.data`. */
function firstBeyond({ data }: Labels, classes: number): number {
  for (let row = 0; row < data.length; ++row) {
    const label = data[row] as number;
    if (label < 0 || label >= classes) return row;
  }
  return -1;
}

function classIndices(classes: number): string {
  return `class indices from 0 to ${classes - 1}`;
}

/** @throws RangeError for class indices out of range, and for rows of numbers that are not probabilities */
export function checkClassValues(loss: string, { kernels, memory }: Engine, classes: number, targets: Targets): void {
  checkInteger("columns", classes, 1);
  checkIsTargets(memory, targets);
  if (targets instanceof Labels) {
    if (targets.classes > classes) {
      throw new RangeError(
        `${loss}: labels: expected ${classIndices(classes)}, got labels up to ${targets.classes - 1}`,
      );
    }
    const row = firstBeyond(targets, classes);
    if (row < 0) return;
    throw new RangeError(`${loss}: labels: expected ${classIndices(classes)}, got ${targets.data[row]} in row ${row}`);
  }
  const { rows, columns, pointer, data } = targets;
  if (columns === 1) {
    const row = kernels.labelsFromFloats(rows, classes, pointer, 0);
    if (row < 0) return;
    throw new RangeError(
      `${loss}: targets: expected ${classIndices(classes)}, or ${classes} probabilities a row, got ${data[row]} in row ${row}`,
    );
  }
  const row = kernels.firstUnnormalized(rows, columns, SUM_TOLERANCE, pointer);
  if (row < 0) return;
  const numbers = [...data.subarray(row * columns, (row + 1) * columns)];
  const shown = numbers
    .slice(0, 8)
    .map((value) => String(Number(value.toPrecision(6))))
    .join(", ");
  const sum = Number(numbers.reduce((total, value) => total + value, 0).toPrecision(6));
  throw new RangeError(
    `${loss}: targets: expected ${classIndices(classes)}, or probabilities whose sum is 1 in each row, got ${shown}${columns > 8 ? ", …" : ""} (sum ${sum}) in row ${row}`,
  );
}
