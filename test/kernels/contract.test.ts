import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import { ACTIVATION_ROWS, LAYERS, LOSSES, OPTIMIZERS } from "../../src/network/catalogue.js";
import { createTestEngine, VARIANTS } from "./fixture.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Exports that keep the books of the team and its memory: they compute nothing. */
const BOOKKEEPING = ["heapBase", "teamBytes", "workBytes", "initTeam", "serve", "progressOf", "endTeam"];

/** `name(argument, …)` in code, in tables and headings of the contract. */
const documented = new Map(
  read("docs/kernel-contract.md")
    .split("\n")
    .filter((line) => /^(\||###? |`)/.test(line))
    .flatMap((line) => [...line.matchAll(/`(\w+)\(([^)`]*)\)`/g)])
    .map(([, name, values]) => [name as string, (values as string).split(/, */).filter(Boolean)]),
);

/** The same of the interface `Kernels`, addresses without their ending. */
const typed = new Map(
  [...read("src/wasm/kernels.ts").matchAll(/^ {2}(\w+)\(([^)]*)\): [\w]+;/gm)].map(([, name, values]) => [
    name as string,
    [...(values as string).matchAll(/(\w+): /g)].map(([, value]) => (value as string).replace(/Ptr$/, "")),
  ]),
);

describe("docs/kernel-contract.md", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine("simd");
  });
  const exported = () =>
    Object.entries(engine.kernels).filter((entry): entry is [string, () => unknown] => typeof entry[1] === "function");

  it("describes every export, and nothing that is not exported", () => {
    expect([...documented.keys()].sort()).toEqual(
      exported()
        .map(([name]) => name)
        .sort(),
    );
  });

  it("gives each the arguments that it takes, under the names of the interface", () => {
    for (const [name, kernel] of exported()) {
      expect(documented.get(name)?.length, name).toBe(kernel.length);
      if (typed.has(name)) expect(documented.get(name), name).toEqual(typed.get(name));
    }
    const untyped = exported().filter(([name]) => !typed.has(name));
    // Only the workers call serve; kernels of activations and regression losses may be found by the names in their rows.
    const byRow = [...Object.values(ACTIVATION_ROWS), ...Object.values(LOSSES)].flatMap(({ kernels }) => kernels);
    expect(untyped.map(([name]) => name).filter((name) => !byRow.includes(name))).toEqual(["serve"]);
  });

  it("has every kernel that a row of the catalogue names", () => {
    const rows = [LAYERS, LOSSES, OPTIMIZERS].flatMap((table) => Object.values<{ kernels: readonly string[] }>(table));
    const names = exported().map(([name]) => name);
    expect(rows.flatMap(({ kernels }) => kernels).filter((name) => !names.includes(name))).toEqual([]);
  });

  it("lists as divided over threads just those that take the team", () => {
    const [, table] = read("docs/kernel-contract.md").split("| divided kernels") as [string, string];
    const rows = table.split("\n\n")[0]?.split("\n").slice(2) as string[];
    const divided = rows.flatMap((row) =>
      [...(row.split("|")[1] as string).matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const withTeam = exported()
      .map(([name]) => name)
      .filter((name) => documented.get(name)?.at(-1) === "team" && !BOOKKEEPING.includes(name));
    expect(divided.sort()).toEqual(withTeam.sort());
  });
});

describe.each(VARIANTS)("NaN and ±∞ (%s)", (variant) => {
  let engine: Engine;
  const [NAN, INFINITE] = [Number.NaN, Number.POSITIVE_INFINITY];
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });
  const place = (values: readonly number[]) => {
    const pointer = engine.memory.allocate(values.length * 4);
    engine.memory.f32(pointer, values.length).set(values);
    return pointer;
  };
  const numbersAt = (pointer: number, n: number) => [...engine.memory.f32(pointer, n)];

  it.each([
    // Kernel, parameters; results forward at NaN, ∞, −∞; factors backward there.
    ["relu", [], [NAN, INFINITE, 0], [0, 1, 0]],
    ["leakyRelu", [0.5], [NAN, INFINITE, -INFINITE], [0.5, 1, 0.5]],
    ["elu", [2], [NAN, INFINITE, -2], [NAN, 1, 0]],
    ["sigmoid", [], [NAN, 1, 0], [NAN, 0, 0]],
    ["silu", [], [NAN, INFINITE, -0], [NAN, 1, 0]],
    ["softplus", [], [NAN, INFINITE, 0], [NAN, 1, 0]],
    ["tanh", [], [NAN, 1, -1], [NAN, 0, 0]],
    ["gelu", [], [NAN, INFINITE, -0], [NAN, 1, 0]],
    ["geluTanh", [], [NAN, INFINITE, -0], [NAN, 1, 0]],
  ] as const)("%s", (name, parameters, forward, backward) => {
    const call = (kernel: string, ...values: number[]) =>
      (engine.kernels[kernel] as (...values: number[]) => void)(3, ...parameters, ...values);
    const x = place([NAN, INFINITE, -INFINITE]);
    const [y, gradOutput] = [place([7, 7, 7]), place([3, 3, 3])];
    call(`${name}Forward`, x, y);
    expect(numbersAt(y, 3).map((value) => value + 0)).toEqual(forward.map((value) => value + 0));
    call(`${name}Backward`, x, gradOutput, y);
    expect(numbersAt(y, 3).map((value) => value + 0)).toEqual(backward.map((value) => 3 * value));
  });

  it("stays in its row of the losses", () => {
    const { kernels } = engine;
    const outputs = place([1, NAN, 2, 1, 0, -1]);
    const targets = place([0.5, 0.25, 0.25, 1, 0, 0]);
    const calls: Record<string, (losses: number, grad: number) => void> = {
      squaredError: (losses, grad) => kernels.squaredError(2, 3, outputs, targets, 0, 1, losses, grad),
      absoluteError: (losses, grad) => kernels.absoluteError(2, 3, outputs, targets, 0, 1, losses, grad),
      huber: (losses, grad) => kernels.huber(2, 3, 1, outputs, targets, 0, 1, losses, grad),
      binaryCrossEntropy: (losses, grad) => kernels.binaryCrossEntropy(2, 3, outputs, targets, 0, 0, 1, losses, grad),
      weightedCrossEntropy: (losses, grad) =>
        kernels.weightedCrossEntropy(2, 3, outputs, 0, targets, 0, 0, 0, 1, losses, grad),
    };
    for (const [name, call] of Object.entries(calls)) {
      const [losses, grad] = [place([7, 7]), place(new Array(6).fill(7))];
      call(losses, grad);
      const undefinedGrad = numbersAt(grad, 6).map(Number.isNaN);
      expect(numbersAt(losses, 2).map(Number.isNaN), name).toEqual([true, false]);
      const row = name === "weightedCrossEntropy" ? [true, true, true] : [false, name !== "absoluteError", false];
      expect(undefinedGrad, name).toEqual([...row, false, false, false]);
    }
  });

  it("stays in its element of an optimizer's step", () => {
    const { kernels, team } = engine;
    for (const limit of [INFINITE, 1]) {
      const [weights, gradient, velocity] = [place([1, 1, NAN]), place([1, NAN, 1]), place([0, 0, 0])];
      kernels.sgdStep(3, weights, gradient, velocity, 1, limit, 0, 0, 0.1, 0.9, 1, false, team);
      expect(numbersAt(weights, 3).map(Number.isNaN)).toEqual([false, true, true]);
      expect(numbersAt(velocity, 3).map(Number.isNaN)).toEqual([false, true, limit === 1]);
    }
  });
});
