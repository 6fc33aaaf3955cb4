import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import * as reference from "../reference.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, sumTolerance, VARIANTS } from "./fixture.js";

interface Product {
  transposeA: boolean;
  transposeB: boolean;
  m: number;
  n: number;
  k: number;
  alpha: number;
  beta: number;
  padding: number;
  misaligned: boolean;
}

const TRANSPOSITIONS = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

/** Every tile the micro-kernel has: 1 to 6 rows, eight or sixteen columns. */
const TILES = [1, 2, 3, 4, 5, 6, 17, 18, 19, 20, 21, 22];

/** Runs the kernel, compares it with the float64 twin and returns C. */
function checkProduct(engine: Engine, product: Product): Float32Array {
  const { transposeA, transposeB, m, n, k, alpha, beta, padding, misaligned } = product;
  const lda = (transposeA ? m : k) + padding;
  const ldb = (transposeB ? k : n) + padding;
  const ldc = n + padding;
  const a = new Guarded(engine, numbers((transposeA ? k : m) * lda, 1), misaligned);
  const b = new Guarded(engine, numbers((transposeB ? n : k) * ldb, 2), misaligned);
  const start = beta === 0 ? new Float32Array(m * ldc).fill(Number.NaN) : numbers(m * ldc, 3);
  const c = new Guarded(engine, start, misaligned);
  const expected = Float64Array.from(c.values);
  const [aValues, bValues] = [a.values, b.values];
  reference.gemm(transposeA, transposeB, m, n, k, alpha, aValues, lda, bValues, ldb, beta, expected, ldc);

  engine.kernels.gemm(
    transposeA,
    transposeB,
    m,
    n,
    k,
    alpha,
    a.pointer,
    lda,
    b.pointer,
    ldb,
    beta,
    c.pointer,
    ldc,
    engine.team,
  );
  const got = c.values.slice();
  // |β·C| < |β| may be rounded on its own; the smallest subnormal is the last resort of tiny factors.
  const atol = Math.abs(alpha) * sumTolerance(k) + Math.abs(beta) * 2 ** -23 + 2 ** -149;
  expectClose(got, expected, atol, 2 ** -22);
  for (const operand of [a, b, c]) operand.release();
  return got;
}

const plain: Product = {
  transposeA: false,
  transposeB: false,
  m: 9,
  n: 17,
  k: 5,
  alpha: 1,
  beta: 0,
  padding: 0,
  misaligned: false,
};

describe.each(VARIANTS)("gemm (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  it.each(TRANSPOSITIONS)(
    "agrees with float64 at every pair of edge sizes, transposed %s, %s",
    (transposeA, transposeB) => {
      for (const m of EDGE_SIZES) {
        for (const n of EDGE_SIZES) {
          checkProduct(engine, { ...plain, transposeA, transposeB, m, n, k: 7 });
        }
      }
    },
  );

  it.each(EDGE_SIZES)("agrees for k = %i with alpha and beta", (k) => {
    for (const [transposeA, transposeB] of TRANSPOSITIONS) {
      for (const beta of [0, 1, -0.5]) {
        const product = { ...plain, transposeA, transposeB, m: 13, n: 21, k, alpha: 1.5, beta };
        checkProduct(engine, { ...product, padding: 3, misaligned: true });
      }
    }
  });

  it("agrees beyond every blocking size", () => {
    for (const [transposeA, transposeB] of TRANSPOSITIONS) {
      checkProduct(engine, { ...plain, transposeA, transposeB, m: 131, n: 530, k: 1030, beta: 1 });
    }
  });

  it("agrees on random shapes, strides and factors", () => {
    const size = fc.integer({ min: 0, max: 70 });
    const factor = fc.float({ min: -2, max: 2, noNaN: true });
    const product = fc.record({
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
      m: size,
      n: size,
      k: size,
      alpha: factor,
      beta: fc.oneof(fc.constantFrom(0, 1), factor),
      padding: fc.integer({ min: 0, max: 9 }),
      misaligned: fc.boolean(),
    });
    fc.assert(
      fc.property(product, (value) => {
        checkProduct(engine, value);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same bits with every tile", () => {
    const shapes = { ...plain, m: 32, n: 100, k: 200 };
    const work = engine.memory.allocate(engine.kernels.workBytes());
    const results = TILES.map((tile) => {
      engine.kernels.initTeam(engine.team, 1, tile, work);
      return checkProduct(engine, shapes);
    });
    for (const result of results) expect(result).toEqual(results[0]);
  });
});
