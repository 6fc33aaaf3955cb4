import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import { type Activation, activations } from "../reference-activations.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, VARIANTS } from "./fixture.js";

type Name = keyof typeof activations;
const NAMES = Object.keys(activations) as Name[];
const PARAMETERS: Partial<Record<Name, number>> = { leakyRelu: 0.25, elu: 1.5 };
const ULP = 2 ** -23;

/**
 * Largest error in ULP of the result: some four of the exponential and the arithmetic around it. Derivatives that cross
 * zero have, besides, an absolute error of a few roundings of their terms of about 1. In the tanh form of GELU the rounding of 2u, up
 * to 88, goes into the exponent.
 */
const ULPS: Record<Name, number> = {
  leakyRelu: 1,
  elu: 4,
  gelu: 10,
  geluTanh: 150,
  sigmoid: 4,
  silu: 5,
  softplus: 4,
  tanh: 5,
};
/** What they tend to on the left and on the right, where it is not 0 and x. */
const LIMITS: Partial<Record<Name, readonly [left: number | undefined, right: number | undefined]>> = {
  elu: [-1.5, undefined],
  sigmoid: [0, 1],
  tanh: [-1, 1],
};
const CROSSES_ZERO: readonly Name[] = ["gelu", "geluTanh", "silu"];

describe.each(VARIANTS)("activation kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  function forward(name: Name, x: ArrayLike<number>, inPlace = false): Float32Array {
    const input = new Guarded(engine, x, true);
    const output = inPlace ? input : new Guarded(engine, new Float32Array(x.length).fill(Number.NaN), true);
    const kernel = engine.kernels[`${name}Forward`] as (...args: number[]) => void;
    kernel(x.length, ...parameters(name), input.pointer, output.pointer);
    const result = output.values.slice();
    for (const array of new Set([input, output])) array.release();
    return result;
  }

  function backward(name: Name, x: ArrayLike<number>, g: ArrayLike<number>, inPlace = false): Float32Array {
    const [input, gradOutput] = [new Guarded(engine, x, true), new Guarded(engine, g, true)];
    const gradInput = inPlace ? gradOutput : new Guarded(engine, new Float32Array(x.length).fill(Number.NaN), true);
    const kernel = engine.kernels[`${name}Backward`] as (...args: number[]) => void;
    kernel(x.length, ...parameters(name), input.pointer, gradOutput.pointer, gradInput.pointer);
    const result = gradInput.values.slice();
    for (const array of new Set([input, gradOutput, gradInput])) array.release();
    return result;
  }

  function parameters(name: Name): number[] {
    const parameter = PARAMETERS[name];
    return parameter === undefined ? [] : [parameter];
  }

  function expected(name: Name, kind: keyof Activation, x: Float32Array): Float64Array {
    return Float64Array.from(x, (value) => (activations[name] as Activation)[kind](value, PARAMETERS[name] ?? 0));
  }

  const atol = (name: Name) => (CROSSES_ZERO.includes(name) ? 4 * ULP : 2 ** -126);

  describe.each(NAMES)("%s", (name) => {
    it.each(EDGE_SIZES)("forward and backward, %i elements", (n) => {
      const x = numbers(n, 30).map((value) => value * 6);
      const g = numbers(n, 31);
      const derivative = expected(name, "derivative", x);
      for (const inPlace of [false, true]) {
        expectClose(forward(name, x, inPlace), expected(name, "value", x), 2 ** -126, ULPS[name] * ULP);
        const gradient = derivative.map((value, i) => value * (g[i] as number));
        expectClose(backward(name, x, g, inPlace), gradient, atol(name), (ULPS[name] + 1) * ULP);
      }
    });

    it("keeps its accuracy near 0 and in the tails", () => {
      const near = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (-i / 200));
      const far = Float32Array.from({ length: 20001 }, (_, i) => (i - 10000) / 115);
      const ones = new Float32Array(far.length).fill(1);
      for (const x of [near, far]) {
        // Results below 1e-36 are rounded to 0 on the way.
        expectClose(forward(name, x), expected(name, "value", x), 1e-36, ULPS[name] * ULP);
        expectClose(
          backward(name, x, ones.subarray(0, x.length)),
          expected(name, "derivative", x),
          atol(name) + 1e-36,
          ULPS[name] * ULP,
        );
      }
    });

    it("has its limits at ±∞ and huge values, and keeps NaN", () => {
      const huge = [Number.NEGATIVE_INFINITY, -3e38, -1e20, -1e3, 1e3, 1e20, 3e38, Number.POSITIVE_INFINITY];
      const slope = name === "leakyRelu" ? 0.25 : 0;
      const [left, right] = LIMITS[name] ?? [];
      const bottom = huge.map((x) => left ?? (slope && slope * x));
      const top = huge.map((x) => right ?? x);
      const values = huge.map((x, i) => (x < 0 ? bottom : top)[i] as number);
      expectClose(forward(name, huge), values.map(Math.fround), 0, 0);
      const steep = right === undefined ? 1 : 0;
      const derivatives = huge.map((x) => (x < 0 ? slope : steep));
      expectClose(
        backward(
          name,
          huge,
          huge.map(() => 1),
        ),
        derivatives,
        0,
        0,
      );
      const nan = new Float32Array(5).fill(Number.NaN);
      expect(forward(name, nan).every(Number.isNaN)).toBe(true);
      if (name !== "leakyRelu") expect(backward(name, nan, new Float32Array(5).fill(1)).every(Number.isNaN)).toBe(true);
    });
  });
});
