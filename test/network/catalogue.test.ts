import { describe, expect, it } from "vitest";
import { classNameOf } from "../../src/checks/option-table.js";
import * as library from "../../src/index.js";
import { createOptimizer, createSchedule, LAYERS, LOSSES, OPTIMIZERS, SCHEDULES } from "../../src/network/catalogue.js";
import { ACTIVATIONS } from "../../src/network/layers/activations.js";
import { REGRESSION_LOSSES } from "../../src/network/losses/regression.js";

/** Exported classes that extend one of the library's, itself left out. */
const classesOf = (base: abstract new (...values: never[]) => unknown) =>
  Object.values(library).filter(
    (value) => typeof value === "function" && value.prototype instanceof base,
  ) as unknown as (new (
    options?: object,
  ) => { config(): { readonly type: string } })[];

/** Options that a class cannot do without. */
const REQUIRED = { totalSteps: 9, stepSize: 3, gamma: 0.5 };

describe("the catalogue", () => {
  it.each([
    ["losses", library.Loss, LOSSES],
    ["optimizers", library.Optimizer, OPTIMIZERS],
    ["schedules", library.Schedule, SCHEDULES],
  ] as const)("has a row for each of the exported %s, under the name in its config", (_, base, rows) => {
    const made = Object.entries(rows).map(([name, row]) => {
      const required = Object.entries(REQUIRED).filter(([option]) => "required" in (row.options[option] ?? {}));
      const part = row.make(Object.fromEntries(required));
      expect(part.config()?.type).toBe(name);
      return part.constructor.name;
    });
    expect(made.sort()).toEqual(
      classesOf(base)
        .map((Class) => Class.name)
        .sort(),
    );
  });

  it("has a row for each of the exported layers", () => {
    const sizes = { inputs: 2, outputs: 2, features: 2, rate: 0.5 };
    const made = Object.entries(LAYERS).map(([type, row]) => {
      const layer = row.make({ type, ...sizes });
      expect(layer.config()?.type).toBe(type);
      return layer.constructor.name;
    });
    expect(made.sort()).toEqual(
      classesOf(library.Layer)
        .map((Class) => Class.name)
        .sort(),
    );
  });

  it("has titles whose words joined are the classes' names, as messages have them", () => {
    for (const [{ title }, Class] of [...ACTIVATIONS, ...REGRESSION_LOSSES]) {
      expect(classNameOf(title)).toBe(Class.name);
    }
  });

  it("says of a type that there is not what it was given", () => {
    expect(() => createOptimizer({ type: "ad-am" })).toThrow('got the string "ad-am"');
    expect(createSchedule({ type: "one-cycle", totalSteps: 9 })).toBeInstanceOf(library.OneCycleLR);
  });
});
