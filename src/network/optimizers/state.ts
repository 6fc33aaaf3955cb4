/** The check of an optimizer's state before it is loaded. */

import { checkNumberList } from "../../checks/check-list.js";
import { checkInteger, checkNumber, checkRecord, describe } from "../../checks/check-options.js";
import { ShapeError } from "../../checks/errors.js";
import type { Parameter } from "../parameter.js";
import type { OptimizerState } from "./optimizer.js";

/** @throws TypeError for anything that is not a state; RangeError for bad numbers; ShapeError unless it has these slots in these shapes */
export function checkState(
  state: OptimizerState,
  slotNames: readonly string[],
  parameters: readonly Parameter[],
): void {
  checkRecord("optimizer state", state);
  checkRecord("optimizer state: slots", state.slots);
  checkNumber("optimizer state: learningRate", state.learningRate);
  checkInteger("optimizer state: steps", state.steps, 0);
  const names = Object.keys(state.slots);
  if (names.length !== slotNames.length || !slotNames.every((name) => names.includes(name))) {
    const list = (slots: readonly string[]) => slots.join(", ") || "none";
    throw new ShapeError(`optimizer state: expected the slots ${list(slotNames)}, got ${list(names)}`);
  }
  for (const name of slotNames) checkSlot(name, state.slots[name] as readonly Float32Array[], parameters);
}

function checkSlot(name: string, arrays: readonly Float32Array[], parameters: readonly Parameter[]): void {
  if (!Array.isArray(arrays) || arrays.length !== parameters.length) {
    const count = `a list of ${parameters.length} arrays, one for each parameter`;
    throw new ShapeError(`optimizer state: ${name}: expected ${count}, got ${describe(arrays)}`);
  }
  for (const [index, parameter] of parameters.entries()) {
    const length = parameter.shape.reduce((product, size) => product * size, 1);
    checkNumberList(`optimizer state: ${name}[${index}]`, arrays[index]);
    if (arrays[index]?.length === length) continue;
    const expected = `${length} values for ${parameter.name} [${parameter.shape}]`;
    throw new ShapeError(`optimizer state: ${name}[${index}]: expected ${expected}, got ${arrays[index]?.length}`);
  }
}
