/** Checks of a layer's operands: an engine and matrices in its memory. They build messages only to throw them. */

import { checkInteger } from "../../checks/check-options.js";
import type { Engine } from "../../create-engine.js";
import { checkEngine } from "../../engine/check-engine.js";
import { checkMatrix, checkSameShape, Matrix } from "../../engine/matrix.js";
import type { Layer } from "./layer.js";

/** A layer's engine; undefined before `attach`. */
type Owner = Pick<Engine, "memory"> | undefined;

const nameOf = (layer: Layer) => layer.constructor.name;

/** @throws TypeError, RangeError for anything but an engine and the previous layer's columns; Error for an attached layer */
export function checkAttach(layer: Layer, owner: Owner, engine: Engine, inputs: number | undefined): void {
  if (owner) throw new Error("this layer already belongs to a network");
  checkEngine(nameOf(layer), engine);
  if (inputs !== undefined) checkInteger(`${nameOf(layer)}: inputs`, inputs, 1);
}

/** @throws TypeError for anything but a matrix, RangeError for one of another engine; Error for a layer that is not attached */
export function checkInput(layer: Layer, owner: Owner, input: Matrix): void {
  if (!owner) throw new Error(`${nameOf(layer)}: attach it to an engine first`);
  if (input instanceof Matrix && input.memory === owner.memory) return;
  checkMatrix(`${nameOf(layer)}: input`, owner.memory, input);
}

/** @throws as `checkInput`, and ShapeError unless it has the shape of `output` */
export function checkGradOutput(layer: Layer, output: Matrix, gradOutput: Matrix): void {
  const isMatrix = gradOutput instanceof Matrix && gradOutput.memory === output.memory;
  if (isMatrix && gradOutput.rows === output.rows && gradOutput.columns === output.columns) return;
  checkSameShape(`${nameOf(layer)}: gradOutput`, output, gradOutput);
}
