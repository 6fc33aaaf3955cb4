/** Every public function is given wrong values, argument by argument: an error has to say what was expected and what came. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as npz from "../src/formats/npz.js";
import * as onnx from "../src/formats/onnx/onnx.js";
import * as library from "../src/index.js";
import * as node from "../src/node/index.js";
import * as mnist from "../src/node/mnist-files.js";
import * as csv from "../src/tables/csv/csv.js";
import * as jsonl from "../src/tables/jsonl/jsonl.js";
import * as parquet from "../src/tables/parquet/parquet.js";
import { CASES, madeFor, OPTIONS, PARTS_OF_CASES } from "./wrong-values/all.js";
import type { Case } from "./wrong-values/cases.js";
import { engine, run } from "./wrong-values/fixture.js";
import { mayBeMeant, PROMISES, problemOf, WRONG } from "./wrong-values/values.js";

/** What is wrong with how one argument takes one wrong value; undefined if nothing is. */
async function problemWith(own: Case, index: number, name: string): Promise<string | undefined> {
  const { object } = await madeFor(own);
  const given = [...own.args()];
  const right = given[index];
  const wrong = (WRONG[name] as () => unknown)();
  given[index] = PROMISES.includes(name) ? wrong : await wrong;
  const before = engine.memory.bytesInUse;
  try {
    await own.call(object, given);
  } catch (error) {
    const left = engine.memory.bytesInUse - before;
    // Less is no leak: a sparse form of a batch is as large as the batch.
    return problemOf(error) ?? (left <= 0 ? undefined : `left ${left} bytes in use`);
  }
  const takes = own.takes[index] ?? [];
  const isMeant = (name === "undefined" && index >= own.required) || mayBeMeant(given[index], right);
  return isMeant || takes === "all" || takes.includes(name) ? undefined : "was taken without a word";
}

describe.each(Object.entries(CASES))("%s", (_, own) => {
  it("takes what it is for", async () => {
    const { object } = await madeFor(own);
    await own.call(object, own.args());
  });

  it("says what is wrong with what is wrong", async () => {
    const problems: string[] = [];
    for (const index of own.args().keys()) {
      for (const name of Object.keys(WRONG)) {
        const problem = await problemWith(own, index, name);
        if (problem) problems.push(`argument ${index}, ${name}: ${problem.slice(0, 160)}`);
      }
    }
    expect(problems, problems.join("\n")).toEqual([]);
  });

  it("takes no other value of another kind than the list says", async () => {
    const unheld: string[] = [];
    for (const [index, names] of Object.entries(own.takes)) {
      if (names === "all") continue;
      for (const name of names) {
        const { object } = await madeFor(own);
        const given = [...own.args()];
        given[Number(index)] = await (WRONG[name] as () => unknown)();
        try {
          await own.call(object, given);
        } catch (error) {
          unheld.push(`${index}, ${name}: ${(error as Error).message}`);
        }
      }
    }
    expect(unheld).toEqual([]);
  });
});

/** Names of the methods, and of the properties that can be set, of a class and of those that it extends. */
function methodsOf(Class: { readonly prototype: object }): string[] {
  const names = new Set<string>();
  for (let each = Class.prototype; each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    for (const [name, { value, set }] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
      if (name !== "constructor" && (set || typeof value === "function")) names.add(name);
    }
  }
  return [...names];
}

/** Called by `fit`, with what it has made itself. */
const CALLED_BY_FIT = ["check", "onTrainBegin", "onBatchBegin", "onBatchEnd", "onEpochEnd", "onSettled", "onTrainEnd"];
/** What subclasses override and the library calls: protected to TypeScript. */
const PROTECTED: readonly (readonly [new (...given: never[]) => unknown, readonly string[]])[] = [
  [library.Layer, ["compute", "differentiate"]],
  [library.Loss as never, ["run", "convert", "computeDivisor", "checkTargets"]],
  [library.Optimizer as never, ["checkAttach", "beginStep", "move", "decays", "slotPointer", "fillSlot", "configOf"]],
  [library.Schedule as never, ["rate"]],
  [library.CsvLogger, ["format"]],
  [library.JsonlLogger, ["format"]],
  [library.MLPClassifier, ["train", "trainOnce", "predictBatches"]],
  [library.MLPRegressor, ["train", "trainOnce", "predictBatches"]],
];

describe("the list above", () => {
  const tables = { "csv: ": csv, "jsonl: ": jsonl, "parquet: ": parquet };
  const modules = { "": library, ...tables, "npz: ": npz, "onnx: ": onnx, "mnist: ": mnist, "node: ": node };
  const isClass = (value: unknown) => typeof value === "function" && /^class\b/.test(String(value));

  it("has no two cases of one name, of which one would not be run", () => {
    const names = PARTS_OF_CASES.flatMap((cases) => Object.keys(cases));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("has every function and class of every entry", () => {
    const missing = Object.entries(modules).flatMap(([prefix, module]) =>
      Object.entries(module)
        .filter(([name, value]) => typeof value === "function" && !/Error$/.test(name) && !Object.hasOwn(CASES, name))
        .map(([name]) => prefix + name)
        // Its constructor is private.
        .filter((name) => !Object.hasOwn(CASES, name) && name !== "Preprocessor"),
    );
    expect(missing).toEqual([]);
  });

  it("has every method of every class, and every property that can be set", () => {
    const classes = {
      ...Object.fromEntries(Object.entries(library).filter(([name, value]) => isClass(value) && !/Error$/.test(name))),
      Engine: engine.constructor,
      TrainingRun: run.constructor,
    } as unknown as Record<string, { readonly prototype: object; readonly name: string }>;
    // What these have, each class below them has; their constructors are in the list.
    const abstract = ["Loss", "Optimizer", "Schedule"];
    const missing = Object.entries(classes)
      .filter(([name]) => !abstract.includes(name))
      .flatMap(([name, Class]) => {
        const isStatic = (own: string) => typeof (Class as unknown as Record<string, unknown>)[own] === "function";
        const inside = PROTECTED.filter(
          ([Base]) => Class.prototype instanceof Base || Class.prototype === Base.prototype,
        ).flatMap(([, names]) => names);
        return [...methodsOf(Class), ...Object.getOwnPropertyNames(Class).filter(isStatic)]
          .filter((own) => ![...CALLED_BY_FIT, ...inside].includes(own))
          .map((own) => `${name}.${own}`);
      })
      .filter((name) => !Object.hasOwn(CASES, name));
    expect(missing).toEqual([]);
  });

  it("has every option", async () => {
    const wrong: string[] = [];
    for (const { names, give, cases } of OPTIONS) {
      const [first] = Object.keys(cases);
      const error = await Promise.resolve()
        .then(() => give({ "?": 1 }))
        .catch((thrown) => thrown);
      const [, list] = /: expected the options (.*), got \?$/.exec(String(error)) ?? [];
      const there = list?.split(", ") ?? [];
      if (there.sort().join() !== [...names].sort().join()) wrong.push(`${first} and others: ${error}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("messages in the sources", () => {
  const folder = fileURLToPath(new URL("../src", import.meta.url));
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));

  it.each(files)("%s converts no value that nobody looked at", (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text.match(/got \$\{(String\(|typeof )[^}]*\}/g) ?? []).toEqual([]);
  });
});
