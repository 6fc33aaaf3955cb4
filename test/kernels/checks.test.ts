import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import { firstOutside, firstUnnormalized, labelsFromFloats } from "../reference.js";
import { createTestEngine, EDGE_SIZES, Guarded, numbers, VARIANTS } from "./fixture.js";

/** Values that a range may be asked about: its ends, beyond them, and what is never inside. */
const ODD = [0, 1, -0, 1.0000001, -1e-45, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe.each(VARIANTS)("questions about arrays (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  /** What a kernel answers of an array between guards, which no question may change. */
  const ask = (values: ArrayLike<number>, question: (pointer: number) => number) => {
    const array = new Guarded(engine, values, true);
    const answer = question(array.pointer);
    expect([...array.values]).toEqual([...Float32Array.from(values)]);
    array.release();
    return answer;
  };

  it.each(EDGE_SIZES)("firstOutside finds the first float outside a range, %i elements", (n) => {
    const inside = numbers(n).map(Math.abs);
    expect(ask(inside, (x) => engine.kernels.firstOutside(n, 0, 1, x))).toBe(-1);
    for (let at = 0; at < n; at += Math.max(1, Math.floor(n / 9))) {
      for (const odd of ODD) {
        const values = inside.slice();
        values[at] = odd;
        values[n - 1] = odd;
        expect(ask(values, (x) => engine.kernels.firstOutside(n, 0, 1, x))).toBe(firstOutside(values, 0, 1));
      }
    }
  });

  it("firstOutside tells finite floats from the others", () => {
    const most = 3.4028234663852886e38;
    for (const [value, expected] of [
      [most, -1],
      [-most, -1],
      [Number.POSITIVE_INFINITY, 4],
      [Number.NaN, 4],
    ] as const) {
      const answer = ask([0, 1, -1, 1e-45, value], (x) => engine.kernels.firstOutside(5, -most, most, x));
      expect(answer).toBe(expected);
    }
  });

  it.each(EDGE_SIZES)("firstUnnormalized finds the first row that is no distribution, %i columns", (n) => {
    const rows = 5;
    const row = (sum: number, odd?: number) => {
      const values = new Array<number>(n).fill(n === 0 ? 0 : sum / n);
      if (odd !== undefined && n > 0) values[n - 1] = odd;
      return values;
    };
    const question = (values: number[]) => ask(values, (x) => engine.kernels.firstUnnormalized(rows, n, 1e-3, x));
    const good = Array.from({ length: rows }, () => row(1)).flat();
    expect(question(good)).toBe(n === 0 ? 0 : -1);
    if (n === 0) return;
    for (const bad of [row(0.99), row(1.01), row(0), row(1, Number.NaN), row(1, -0.25), row(2)]) {
      const values = [...row(1), ...row(1.0005), ...bad, ...bad, ...row(1)];
      expect(question(values)).toBe(firstUnnormalized(rows, n, 1e-3, values));
    }
  });

  it.each(EDGE_SIZES)("labels become floats and floats labels, %i elements", (n) => {
    const { kernels, memory } = engine;
    const values = Int32Array.from({ length: n }, (_, i) => (i * 7) % 10);
    const labels = new Guarded(engine, new Float32Array(n), true);
    const floats = new Guarded(engine, new Float32Array(n).fill(Number.NaN), true);
    memory.i32(labels.pointer, n).set(values);
    kernels.floatsFromLabels(n, labels.pointer, floats.pointer);
    expect([...floats.values]).toEqual([...values]);
    memory.i32(labels.pointer, n).fill(-1);
    expect(kernels.labelsFromFloats(n, 10, floats.pointer, labels.pointer)).toBe(-1);
    expect([...memory.i32(labels.pointer, n)]).toEqual([...values]);
    labels.release();
    floats.release();
  });

  it("labelsFromFloats stops at what is no class", () => {
    for (const odd of [-1, 0.5, 10, 1e10, Number.NaN, Number.POSITIVE_INFINITY, -0.5]) {
      const values = [0, 9, odd, 3];
      const answer = ask(values, (x) => {
        const labels = engine.memory.allocate(16);
        const index = engine.kernels.labelsFromFloats(4, 10, x, labels);
        expect([...engine.memory.i32(labels, 2)]).toEqual([0, 9]);
        engine.memory.free(labels);
        expect(engine.kernels.labelsFromFloats(4, 10, x, 0)).toBe(index);
        return index;
      });
      expect(answer).toBe(labelsFromFloats(values, 10).first);
    }
  });
});
