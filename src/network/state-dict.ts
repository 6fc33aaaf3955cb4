/** A network's arrays by name, and the check of a record of them. */

import { checkNumberList } from "../checks/check-list.js";
import { checkRecord, describe } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import type { Layer } from "./layers/layer.js";
import type { State } from "./parameter.js";

/** All learnable arrays and buffers: `layers.<index>.<name>`, row by row. */
export type StateDict = Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** All learnable arrays and buffers of the layers by name. */
export function statesOf(layers: readonly Layer[]): [string, State][] {
  return layers.flatMap((layer, index) =>
    [...layer.parameters(), ...layer.buffers()].map(
      (state) => [`layers.${index}.${state.name}`, state] as [string, State],
    ),
  );
}

/** @throws ShapeError unless names and shapes are those of `states`; TypeError for values of a wrong type */
export function checkStateDict(dict: StateDict, states: readonly (readonly [string, State])[]): void {
  checkRecord("state", dict);
  const own = new Set(states.map(([name]) => name));
  const unknown = Object.keys(dict).find((name) => !own.has(name));
  if (unknown !== undefined) {
    const names = [...own].slice(0, 8).join(", ") || "none";
    throw new ShapeError(
      `state: expected the arrays ${names}${own.size > 8 ? ", …" : ""}, got ${JSON.stringify(unknown)}`,
    );
  }
  for (const [name, { shape }] of states) {
    if (!Object.hasOwn(dict, name))
      throw new ShapeError(`state ${name}: expected shape [${shape.join(", ")}], got no such array`);
    checkArray(`state ${name}`, dict[name], shape);
  }
}

function checkArray(what: string, given: unknown, expected: readonly number[]): void {
  checkRecord(what, given);
  const { shape, data } = given as { readonly shape?: unknown; readonly data?: unknown };
  const fits =
    Array.isArray(shape) && shape.length === expected.length && expected.every((size, i) => shape[i] === size);
  if (!fits) throw new ShapeError(`${what}: expected shape [${expected.join(", ")}], got ${describe(shape)}`);
  const length = expected.reduce((product, size) => product * size, 1);
  checkNumberList(`${what}: data`, data);
  const got = (data as ArrayLike<number>).length;
  if (got !== length) throw new ShapeError(`${what}: data: expected ${length} numbers, got ${got}`);
}
