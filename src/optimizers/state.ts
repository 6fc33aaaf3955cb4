/** The check of an optimizer's state before it is loaded. */

import { checkNumber } from "../check-options.js";
import { ShapeError } from "../errors.js";
import type { Parameter } from "../parameter.js";
import type { OptimizerState } from "./optimizer.js";

/** @throws TypeError for what is no state; RangeError for bad numbers; ShapeError unless it has these slots in these shapes */
export function checkState(
  state: OptimizerState,
  slotNames: readonly string[],
  parameters: readonly Parameter[],
): void {
  if (typeof state?.slots !== "object" || state.slots === null) {
    throw new TypeError("optimizer state: expected an object with learningRate, steps and slots");
  }
  checkNumber("optimizer state: learningRate", state.learningRate);
  if (!Number.isSafeInteger(state.steps) || state.steps < 0) {
    throw new RangeError(`optimizer state: steps: expected an integer of at least 0, got ${state.steps}`);
  }
  const names = Object.keys(state.slots);
  if (names.length !== slotNames.length || !slotNames.every((name) => names.includes(name))) {
    const list = (slots: readonly string[]) => slots.join(", ") || "none";
    throw new ShapeError(`optimizer state: expected the slots ${list(slotNames)}, got ${list(names)}`);
  }
  for (const name of slotNames) checkSlot(name, state.slots[name] as readonly Float32Array[], parameters);
}

function checkSlot(name: string, arrays: readonly Float32Array[], parameters: readonly Parameter[]): void {
  if (arrays?.length !== parameters.length) {
    const count = `${parameters.length} arrays, one a parameter`;
    throw new ShapeError(`optimizer state: ${name}: expected ${count}, got ${arrays?.length}`);
  }
  for (const [index, parameter] of parameters.entries()) {
    const length = parameter.shape.reduce((product, size) => product * size, 1);
    if (arrays[index]?.length === length) continue;
    const expected = `${length} values for ${parameter.name} [${parameter.shape}]`;
    throw new ShapeError(`optimizer state: ${name}[${index}]: expected ${expected}, got ${arrays[index]?.length}`);
  }
}
