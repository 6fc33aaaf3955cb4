/** Checks of what metrics compare: two lists of equal length, and the requested classes. */

import { checkList } from "../checks/check-list.js";
import { describe, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { type Class, type ClassKind, checkClasses, quoteClass } from "../dataset/classes.js";

const { isFinite: isFiniteNumber } = Number;

/** @returns their kind. @throws TypeError, ShapeError, RangeError unless both are lists of classes of one kind with at least one row */
export function checkClassLists(actual: ArrayLike<Class>, predicted: ArrayLike<Class>): ClassKind {
  checkLengths(actual, predicted);
  const kind = checkClasses("actual", actual) as ClassKind;
  checkClasses("predicted", predicted, kind);
  return kind;
}

/** @throws TypeError, ShapeError, RangeError unless both are lists of finite numbers of equal length with at least one row */
export function checkValueLists(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(actual, predicted);
  checkValues("actual", actual);
  checkValues("predicted", predicted);
  return actual.length;
}

/**
 * @param occurring lists of which at least one must contain one of the labels
 * @throws TypeError for anything that is not a list of classes of this kind; RangeError for none, for one that comes twice, and
 * for labels of which none occurs
 */
export function checkLabels(
  labels: ArrayLike<Class>,
  kind: ClassKind,
  ...occurring: readonly ArrayLike<Class>[]
): void {
  checkClasses("labels", labels, kind);
  if (labels.length === 0) throw new RangeError("labels: expected at least one class, got none");
  const known = new Set<Class>();
  for (let index = 0; index < labels.length; ++index) {
    const label = labels[index] as Class;
    if (known.has(label))
      throw new RangeError(`labels[${index}]: expected each class once, got ${describe(label)} again`);
    known.add(label);
  }
  if (occurring.some((list) => hasAny(list, known))) return;
  const got = quoteClass(labels[0] as Class);
  throw new RangeError(`labels: expected a class that occurs, got ${labels.length === 1 ? got : `${got} and others`}`);
}

function hasAny(list: ArrayLike<Class>, classes: ReadonlySet<Class>): boolean {
  for (let row = 0; row < list.length; ++row) if (classes.has(list[row] as Class)) return true;
  return false;
}

function checkLengths(actual: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  checkList("actual", actual);
  checkList("predicted", predicted);
  if (actual.length !== predicted.length) {
    throw new ShapeError(`predicted: expected one for each of ${actual.length} rows, got ${predicted.length}`);
  }
  if (actual.length === 0) throw new RangeError("actual: expected at least one row, got none");
}

function checkValues(name: string, values: ArrayLike<unknown>): void {
  for (let row = 0; row < values.length; ++row) {
    const value = values[row];
    if (typeof value !== "number") throw wrongType(`${name}[${row}]`, "a number", value);
    if (!isFiniteNumber(value)) throw new RangeError(`${name}[${row}]: expected a finite number, got ${value}`);
  }
}
