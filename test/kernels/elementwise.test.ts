import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import * as reference from "../reference.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, sumTolerance, VARIANTS } from "./fixture.js";

/** Runs a kernel over guarded arrays, returns the last one's values and checks the guards. */
function run(
  engine: Engine,
  arrays: ArrayLike<number>[],
  kernel: (...pointers: number[]) => void,
  misaligned = true,
): Float32Array {
  const guarded = arrays.map((values) => new Guarded(engine, values, misaligned));
  kernel(...guarded.map(({ pointer }) => pointer));
  const result = (guarded.at(-1) as Guarded).values.slice();
  for (const array of guarded) array.release();
  return result;
}

const nan = (n: number) => new Float32Array(n).fill(Number.NaN);

describe.each(VARIANTS)("elementwise kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  it.each(EDGE_SIZES)("transpose moves every element, %i rows", (m) => {
    for (const n of EDGE_SIZES) {
      const a = numbers(m * n);
      const b = run(engine, [a, nan(m * n)], (aPtr, bPtr) => {
        engine.kernels.transpose(m, n, aPtr as number, n, bPtr as number, m);
      });
      expectClose(b, reference.transpose(m, n, a), 0, 0);
    }
  });

  it("transpose keeps to its leading dimensions", () => {
    const [m, n, lda, ldb] = [6, 9, 11, 10];
    const a = numbers(m * lda);
    const b = run(engine, [a, new Float32Array(n * ldb).fill(-7)], (aPtr, bPtr) => {
      engine.kernels.transpose(m, n, aPtr as number, lda, bPtr as number, ldb);
    });
    const expected = Array.from({ length: n * ldb }, (_, i) =>
      i % ldb < m ? (a[(i % ldb) * lda + Math.floor(i / ldb)] as number) : -7,
    );
    expectClose(b, expected, 0, 0);
  });

  it.each(EDGE_SIZES)("ReLU forward and backward, %i elements", (n) => {
    const x = numbers(n, 4);
    const g = numbers(n, 5);
    const y = run(engine, [x, nan(n)], (xPtr, yPtr) => engine.kernels.reluForward(n, xPtr as number, yPtr as number));
    expectClose(
      y,
      x.map((value) => Math.max(0, value)),
      0,
      0,
    );
    const gi = run(engine, [x, g, nan(n)], (xPtr, gPtr, giPtr) => {
      engine.kernels.reluBackward(n, xPtr as number, gPtr as number, giPtr as number);
    });
    expectClose(
      gi,
      g.map((value, i) => ((x[i] as number) > 0 ? value : 0)),
      0,
      0,
    );
  });

  it("ReLU keeps NaN, stops at zero and works in place", () => {
    const x = [Number.NaN, -1, 0, 2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const y = run(engine, [x], (xPtr) => engine.kernels.reluForward(7, xPtr as number, xPtr as number));
    expect([...y]).toEqual([Number.NaN, 0, 0, 2, Number.NaN, Number.POSITIVE_INFINITY, 0]);
    const gi = run(engine, [x, [1, 1, 1, 1, 1, 1, 1]], (xPtr, gPtr) => {
      engine.kernels.reluBackward(7, xPtr as number, gPtr as number, gPtr as number);
    });
    expect([...gi]).toEqual([0, 0, 0, 1, 0, 1, 0]);
  });

  it.each(EDGE_SIZES)("bias and its gradient, %i columns", (n) => {
    for (const m of EDGE_SIZES) {
      const bias = numbers(n, 6);
      const y = numbers(m * n, 7);
      const added = run(engine, [bias, y], (biasPtr, yPtr) =>
        engine.kernels.biasAdd(m, n, biasPtr as number, yPtr as number),
      );
      expectClose(
        added,
        y.map((value, i) => value + (bias[i % n] as number)),
        0,
        2 ** -23,
      );

      const sums = reference.columnSums(m, n, y);
      for (const accumulate of [false, true]) {
        const start = accumulate ? bias : nan(n);
        const gradient = run(engine, [y, start], (gPtr, biasPtr) => {
          engine.kernels.biasGradient(m, n, -0.5, gPtr as number, accumulate, biasPtr as number);
        });
        const expected = sums.map((sum, j) => -0.5 * sum + (accumulate ? (bias[j] as number) : 0));
        expectClose(gradient, expected, sumTolerance(m), 2 ** -22);
      }
    }
  });

  it.each(EDGE_SIZES)("scale, axpy and sum, %i elements", (n) => {
    const x = numbers(n, 8);
    const y = numbers(n, 9);
    const scaled = run(engine, [x], (xPtr) => engine.kernels.scale(n, -1.25, xPtr as number));
    expectClose(
      scaled,
      x.map((value) => -1.25 * value),
      0,
      2 ** -23,
    );
    const added = run(engine, [x, y], (xPtr, yPtr) => engine.kernels.axpy(n, 0.75, xPtr as number, yPtr as number));
    expectClose(
      added,
      Float64Array.from(y, (value, i) => value + 0.75 * (x[i] as number)),
      2 ** -23,
      2 ** -23,
    );
    run(engine, [x], (xPtr) => {
      const expected = x.reduce((sum, value) => sum + value, 0);
      expect(engine.kernels.sum(n, xPtr as number)).toBeCloseTo(expected, 12);
    });
  });

  it.each(EDGE_SIZES)("gathers rows of %i columns, floats and scaled bytes", (n) => {
    const rows = 11;
    for (const indices of [[], [10], [3, 0, 3, 10, 7]]) {
      const labels = engine.labels(indices);
      const x = numbers(rows * n, 10);
      const y = run(engine, [x, nan(indices.length * n)], (xPtr, yPtr) => {
        engine.kernels.gatherRows(indices.length, n, labels.pointer, xPtr as number, yPtr as number);
      });
      expectClose(
        y,
        indices.flatMap((row) => [...x.subarray(row * n, (row + 1) * n)]),
        0,
        0,
      );

      const bytes = Uint8Array.from({ length: rows * n }, (_, i) => (i * 37) % 256);
      const source = engine.memory.allocate(rows * n);
      engine.memory.u8(source, rows * n).set(bytes);
      const scaled = run(engine, [nan(indices.length * n)], (yPtr) => {
        engine.kernels.gatherByteRows(indices.length, n, 1 / 255, labels.pointer, source, yPtr as number);
      });
      expectClose(
        scaled,
        indices.flatMap((row) => [...bytes.subarray(row * n, (row + 1) * n)].map((byte) => byte / 255)),
        0,
        2 ** -22,
      );
      engine.memory.free(source);
      labels.dispose();
    }
  });
});
