import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import * as reference from "../reference.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, VARIANTS } from "./fixture.js";

/**
 * Relative error of a softmax entry: the roundings of the exponential, the sum and the division, and that of the difference
 * to the maximum, which is up to `spread` large and goes into the exponent.
 */
const softmaxTolerance = (n: number, spread: number) => (n + 12 + spread) * 2 ** -24;

interface Losses {
  losses: Float32Array;
  gradient: Float32Array;
}

describe.each(VARIANTS)("softmax kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  function apply(kernel: "softmax" | "logSoftmax" | "exp", m: number, n: number, x: ArrayLike<number>): Float32Array {
    const input = new Guarded(engine, x, true);
    const output = new Guarded(engine, new Float32Array(m * n).fill(Number.NaN), true);
    if (kernel === "exp") engine.kernels.exp(m * n, input.pointer, output.pointer);
    else engine.kernels[kernel](m, n, input.pointer, output.pointer);
    const result = output.values.slice();
    input.release();
    output.release();
    return result;
  }

  function crossEntropy(m: number, n: number, logits: ArrayLike<number>, targets: number[], scale: number): Losses {
    const input = new Guarded(engine, logits, true);
    const losses = new Guarded(engine, new Float32Array(m).fill(Number.NaN), true);
    const gradient = new Guarded(engine, new Float32Array(m * n).fill(Number.NaN), true);
    const labels = engine.labels(targets);
    engine.kernels.softmaxCrossEntropy(m, n, input.pointer, labels.pointer, scale, losses.pointer, gradient.pointer);
    const result = { losses: losses.values.slice(), gradient: gradient.values.slice() };
    for (const array of [input, losses, gradient]) array.release();
    labels.dispose();
    return result;
  }

  it.each(EDGE_SIZES.filter((n) => n > 0))("softmax and log-softmax of %i columns", (n) => {
    for (const m of [0, 1, 3, 9]) {
      const x = numbers(m * n, 20).map((value) => value * 20);
      expectClose(apply("softmax", m, n, x), reference.softmax(m, n, x), 2 ** -126, softmaxTolerance(n, 40));
      expectClose(apply("logSoftmax", m, n, x), reference.logSoftmax(m, n, x), softmaxTolerance(n, 40), 2 ** -22);
    }
  });

  it.each(EDGE_SIZES.filter((n) => n > 0))("cross-entropy and its gradient, %i classes", (n) => {
    const m = 7;
    const x = numbers(m * n, 21).map((value) => value * 8);
    const targets = Array.from({ length: m }, (_, i) => (i * 5) % n);
    const { losses, gradient } = crossEntropy(m, n, x, targets, 1 / m);
    const logs = reference.logSoftmax(m, n, x);
    const expectedLosses = targets.map((label, i) => -(logs[i * n + label] as number));
    const expectedGradient = logs.map((log, i) => (Math.exp(log) - (targets[Math.floor(i / n)] === i % n ? 1 : 0)) / m);
    expectClose(losses, expectedLosses, softmaxTolerance(n, 16), 2 ** -22);
    expectClose(gradient, expectedGradient, softmaxTolerance(n, 16) / m, softmaxTolerance(n, 16));
  });

  it("stays finite for logits of ±1e4", () => {
    const x = [1e4, -1e4, 0, 1e4, -1e4, -1e4, -1e4, -1e4, -1e4, 1e4];
    const { losses, gradient } = crossEntropy(2, 5, x, [1, 0], 0.5);
    expectClose(losses, [2e4 + Math.log(2), 2e4], 1e-2, 0);
    expectClose(gradient, [0.25, -0.5, 0, 0.25, 0, -0.5, 0, 0, 0, 0.5], 1e-7, 0);
    expectClose(apply("logSoftmax", 1, 2, [1e4, -1e4]), [0, -2e4], 0, 1e-7);
  });

  it("argmax takes the first of equals, and a NaN before any number", () => {
    const rows = [
      [1, 5, 2, 5, 0],
      [-3, -2, -9, -2, -2],
      [0, 7, Number.NaN, 9, Number.NaN],
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, -1],
    ];
    const x = new Guarded(engine, rows.flat(), true);
    const indices = engine.labels(new Int32Array(rows.length));
    engine.kernels.argmaxRows(rows.length, 5, x.pointer, indices.pointer);
    expect([...indices.data]).toEqual([1, 1, 2, 4]);
    x.release();
  });

  it.each(EDGE_SIZES.filter((n) => n > 0))("argmax of %i columns finds each column", (n) => {
    const x = new Guarded(
      engine,
      Float32Array.from({ length: n * n }, (_, i) => (i % n === Math.floor(i / n) ? 1 : -1)),
      true,
    );
    const indices = engine.labels(new Int32Array(n));
    engine.kernels.argmaxRows(n, n, x.pointer, indices.pointer);
    expect([...indices.data]).toEqual(Array.from({ length: n }, (_, i) => i));
    x.release();
  });

  it("exp is within 2 ULP where the result is normal, over the whole range", () => {
    const n = 1 << 16;
    const x = Float32Array.from({ length: n }, (_, i) => -87.3 + (i / (n - 1)) * (88.7 + 87.3));
    const y = apply("exp", 1, n, x);
    let worst = 0;
    for (let i = 0; i < n; ++i) {
      const exact = Math.exp(x[i] as number);
      const ulp = 2 ** (Math.floor(Math.log2(exact)) - 23);
      worst = Math.max(worst, Math.abs((y[i] as number) - exact) / ulp);
    }
    expect(worst).toBeLessThanOrEqual(2);
  });

  it("exp has the right limits", () => {
    const x = [0, 1, -88, -1e9, Number.NEGATIVE_INFINITY, 89, Number.POSITIVE_INFINITY, Number.NaN, -0, 88.7];
    const y = apply("exp", 1, x.length, x);
    const infinite = Number.POSITIVE_INFINITY;
    expectClose(y, [1, Math.E, 0, 0, 0, infinite, infinite, Number.NaN, 1, Math.exp(Math.fround(88.7))], 0, 2 ** -22);
  });

  it("softmax rows are probabilities for any finite logits", () => {
    const row = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 100), max: 2 ** 100 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(row, (x) => {
        const y = apply("softmax", 1, x.length, x);
        expect(y.every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(y.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      }),
    );
  });
});
