import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import { createTestEngine, expectClose, Guarded, numbers, placePanels, VARIANTS } from "./fixture.js";

/** Largest relative error of one rounding. */
const U = 2 ** -24;
/**
 * Sums over rows and columns: 32 terms an accumulator, up to five additions of four lanes and three columns that are left over,
 * and the rounding of the result.
 */
const BLOCKED = (32 + 6) * U;
/** Products: blocks of `size` multiply-adds of two roundings each, added to the result one by one, which is scaled once. */
const product = (k: number, size: number) => (2 * Math.min(k, size) + Math.ceil(k / size) + 2) * U;

const CLASSES = 10_000;
const ROWS = [60_000, 1_000_000];

/** Positive numbers about 0.1: a plain float32 sum of so many drifts to one side. */
const positive = (n: number, seed: number) => numbers(n, seed).map((value) => 0.1 + 0.01 * value);
const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);
const column = (values: ArrayLike<number>, n: number, j: number) =>
  Float64Array.from({ length: values.length / n }, (_, i) => values[i * n + j] as number);

describe.each(VARIANTS)("long sums keep their digits (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  /** Runs a kernel over arrays between guards; what they hold afterwards. */
  function run<K extends string>(
    arrays: Record<K, ArrayLike<number>>,
    kernel: (at: Record<K, number>) => void,
  ): Record<K, Float32Array> {
    const entries = Object.entries<ArrayLike<number>>(arrays);
    const guarded = entries.map(([name, values]) => [name, new Guarded(engine, values, true)] as const);
    kernel(Object.fromEntries(guarded.map(([name, { pointer }]) => [name, pointer])) as Record<K, number>);
    const results = guarded.map(([name, array]) => [name, array.values.slice()]);
    for (const [, array] of guarded) array.release();
    return Object.fromEntries(results);
  }

  const nan = (n: number) => new Float32Array(n).fill(Number.NaN);

  describe(`over ${CLASSES} columns`, () => {
    /** One large logit and many that are alike, none of whose exponentials is a sum's power of two. */
    const logits = Float32Array.from({ length: CLASSES }, (_, j) => (j === 0 ? 0 : -0.1));
    const exact = Array.from(logits, Math.exp);
    const sum = total(exact);
    // Of an exponential: 2 ULP, four roundings. Its sum: BLOCKED; then a quotient and a product.
    const rtol = 4 * U + BLOCKED + 4 * U + 2 * U;

    it("softmax", () => {
      const { y } = run({ x: logits, y: nan(CLASSES) }, ({ x, y }) => engine.kernels.softmax(1, CLASSES, x, y));
      expectClose(
        y,
        exact.map((e) => e / sum),
        0,
        rtol,
      );
    });

    // A logarithm of a sum that is off by rtol is off by as much, and three roundings at its own size come to it.
    const logarithmTolerance = rtol + 3 * U * Math.log(sum);

    it("log-softmax", () => {
      const { y } = run({ x: logits, y: nan(CLASSES) }, ({ x, y }) => engine.kernels.logSoftmax(1, CLASSES, x, y));
      expectClose(
        y,
        Array.from(logits, (x) => x - Math.log(sum)),
        logarithmTolerance,
        0,
      );
    });

    it("cross-entropy and its gradient", () => {
      const labels = engine.labels([7], CLASSES);
      const { losses, grad } = run({ x: logits, losses: nan(1), grad: nan(CLASSES) }, ({ x, losses, grad }) =>
        engine.kernels.softmaxCrossEntropy(1, CLASSES, x, labels.pointer, 1, losses, grad),
      );
      expectClose(losses, [Math.log(sum) - (logits[7] as number)], logarithmTolerance, 0);
      expectClose(
        grad,
        exact.map((e, j) => e / sum - Number(j === 7)),
        U,
        rtol,
      );
    });

    it("weighted cross-entropy of equal logits is the logarithm of the classes", () => {
      const labels = engine.labels([7], CLASSES);
      const x = new Float32Array(CLASSES);
      const { losses, grad } = run({ x, losses: nan(1), grad: nan(CLASSES) }, ({ x, losses, grad }) =>
        engine.kernels.weightedCrossEntropy(1, CLASSES, x, labels.pointer, 0, 0, 0.1, 0, 1, losses, grad),
      );
      // A term: target, product and three roundings of the logarithm.
      expectClose(losses, [Math.log(CLASSES)], 0, BLOCKED + 8 * U);
      const expected = Array.from({ length: CLASSES }, (_, j) => 1e-4 - (j === 7 ? 0.9 + 1e-5 : 1e-5));
      expectClose(grad, expected, 1e-4 * (BLOCKED + 8 * U) + 4 * U * 0.9 * 1e-4, 4 * U);
    });

    // Equal terms: what is lost of each goes to the same side.
    const [output, target] = [Math.fround(0.1), Math.fround(-0.312)];
    const [outputs, targets] = [new Float32Array(CLASSES).fill(output), new Float32Array(CLASSES).fill(target)];

    it.each([
      ["squaredError", (d: number) => d * d],
      ["absoluteError", Math.abs],
      ["huber", (d: number) => (Math.abs(d) <= 0.3 ? (d * d) / 2 : 0.3 * (Math.abs(d) - 0.15))],
    ] as const)("%s", (name, value) => {
      const arrays = { outputs, targets, losses: nan(1), grad: nan(CLASSES) };
      const { losses } = run(arrays, ({ outputs, targets, losses, grad }) => {
        if (name === "huber") engine.kernels.huber(1, CLASSES, 0.3, outputs, targets, 0, 1, losses, grad);
        else engine.kernels[name](1, CLASSES, outputs, targets, 0, 1, losses, grad);
      });
      // A difference is off by a rounding, which is doubled in a square, and two more follow.
      expectClose(losses, [CLASSES * value(output - target)], 0, BLOCKED + 4 * U);
    });

    it("binary cross-entropy", () => {
      const arrays = { x: outputs, t: new Float32Array(CLASSES), losses: nan(1), grad: nan(CLASSES) };
      const { losses } = run(arrays, ({ x, t, losses, grad }) =>
        engine.kernels.binaryCrossEntropy(1, CLASSES, x, t, 0, 0, 1, losses, grad),
      );
      // A term: exponential 4, logarithm and its argument 4, and their sum 2.
      expectClose(losses, [CLASSES * Math.log1p(Math.exp(output))], 0, BLOCKED + 10 * U);
    });
  });

  describe.each(ROWS)("over %i rows", (m) => {
    const n = m > 100_000 ? 5 : 21;
    const g = positive(m * n, 3);
    const sums = Array.from({ length: n }, (_, j) => total(column(g, n, j)));

    it.each([false, true])("bias gradient, accumulate: %s", (accumulate) => {
      const { bias } = run({ g, bias: accumulate ? new Float32Array(n).fill(1) : nan(n) }, ({ g, bias }) => {
        engine.kernels.biasGradient(m, n, -0.5, g, accumulate, bias);
      });
      expectClose(
        bias,
        sums.map((sum) => Number(accumulate) - 0.5 * sum),
        0,
        BLOCKED + 2 * U,
      );
    });

    it("layer norm's gradients of gamma and beta", () => {
      // Rows as they are but for the last place: X̂ is about ±1.2, 0, and the products with G have one sign in each column.
      const x = Float32Array.from({ length: m * n }, (_, i) => (i % n) - (n - 1) / 2);
      const [mean, inverse] = [new Float32Array(m), new Float32Array(m).fill(0.8)];
      const gamma = new Float32Array(n).fill(1);
      const arrays = { x, mean, inverse, gamma, g, sums: nan(4 * n + 1), gradGamma: nan(n), gradBeta: nan(n) };
      const { gradGamma, gradBeta } = run({ ...arrays, gradInput: nan(m * n) }, (at) => {
        const { kernels } = engine;
        kernels.layerNormBackward(
          m,
          n,
          at.x,
          at.mean,
          at.inverse,
          at.gamma,
          at.g,
          // Room for 2n doubles, at an address that is a multiple of 8.
          at.sums + (at.sums % 8),
          at.gradGamma,
          at.gradBeta,
          at.gradInput,
        );
      });
      expectClose(gradBeta, sums, 0, BLOCKED);
      // A product: 0.8 as a float32, its product with x, and with g.
      const products = sums.map((sum, j) => 0.8 * (j - (n - 1) / 2) * sum);
      expectClose(gradGamma, products, 0, BLOCKED + 3 * U);
    });

    it("batch norm's statistics, far from zero, and its gradients", () => {
      const x = numbers(m * n, 4).map((value) => 1000 + value);
      const arrays = {
        x,
        mean: nan(n),
        inverse: nan(n),
        runningMean: new Float32Array(n),
        variance: new Float32Array(n),
      };
      const { mean, inverse } = run(arrays, (at) => {
        engine.kernels.batchNormStatistics(m, n, 0, 0.1, at.x, at.mean, at.inverse, at.runningMean, at.variance);
      });
      const means = sums.map((_, j) => total(column(x, n, j)) / m);
      const variances = means.map((mu, j) => total(column(x, n, j).map((value) => (value - mu) ** 2)) / m);
      // Both twins add in double precision: m roundings each, which is less than a float32's.
      expectClose(mean, means, 0, U + m * 2 ** -53);
      expectClose(
        inverse,
        variances.map((v) => 1 / Math.sqrt(v)),
        0,
        U + m * 2 ** -50,
      );

      const gamma = new Float32Array(n).fill(1);
      const outputs = { gradGamma: nan(n), gradBeta: nan(n), gradInput: nan(m * n) };
      const backward = run({ x, mean, inverse, gamma, g, ...outputs }, (at) => {
        const { gradGamma, gradBeta, gradInput } = at;
        engine.kernels.batchNormBackward(
          m,
          n,
          true,
          at.x,
          at.mean,
          at.inverse,
          at.gamma,
          at.g,
          gradGamma,
          gradBeta,
          gradInput,
        );
      });
      expectClose(backward.gradBeta, sums, 0, U + m * 2 ** -53);
      const normalized = (i: number) => ((x[i] as number) - (mean[i % n] as number)) * (inverse[i % n] as number);
      const products = Float64Array.from(g, (value, i) => value * normalized(i));
      for (let j = 0; j < n; ++j) {
        const terms = column(products, n, j);
        // Three roundings a term, and one of the result.
        const size = total(terms.map(Math.abs));
        expectClose(backward.gradGamma.slice(j, j + 1), [total(terms)], 4 * U * size, 0);
      }
    });

    it("sums in double precision of what cancels: sum, sum of squares", () => {
      const x = numbers(m, 5).map((value, i) => (i % 2 === 0 ? 1e4 : -1e4) + value);
      const block = new Guarded(engine, x, true);
      const size = total(x.map(Math.abs));
      // Two chains of m / 2 additions; the twin has one of m.
      expect(Math.abs(engine.kernels.sum(m, block.pointer) - total(x))).toBeLessThanOrEqual(1.5 * m * 2 ** -53 * size);
      const squares = Float64Array.from(x, (value) => value * value);
      const got = engine.kernels.sumOfSquares(m, block.pointer, engine.team);
      expect(Math.abs(got / total(squares) - 1)).toBeLessThanOrEqual(1.5 * m * 2 ** -53);
      block.release();
    });
  });

  describe("in products", () => {
    const weight = Math.fround(0.3);

    /** Y of one row of `inputs` equal elements and weights, dense and sparse. */
    function forward(inputs: number, value: number): { dense: Float32Array; sparse: Float32Array } {
      const x = new Float32Array(inputs).fill(value);
      const weights = placePanels(engine, inputs, 9, new Float32Array(inputs * 9).fill(weight));
      const bias = placePanels(engine, 1, 9, new Float32Array(9).fill(-7));
      const rows = engine.csr(1, inputs, { indptr: [0, inputs], indices: x.map((_, j) => j), values: x });
      const { kernels, team } = engine;
      const { x: _, ...results } = run({ x, dense: nan(9), sparse: nan(9) }, ({ x, dense, sparse }) => {
        kernels.denseForward(1, inputs, 9, x, weights.pointer, bias.pointer, dense, team);
        const { startsPointer, endsPointer, indicesPointer, valuesPointer } = rows;
        const elements = [startsPointer, endsPointer, indicesPointer, valuesPointer] as const;
        kernels.sparseForward(1, inputs, 9, ...elements, weights.pointer, bias.pointer, sparse, team);
      });
      for (const block of [weights, bias, rows]) block.dispose();
      return results;
    }

    it("forward of 100 000 inputs, dense and sparse", () => {
      const inputs = 100_000;
      const value = Math.fround(0.1);
      const expected = new Float64Array(9).fill(inputs * value * weight - 7);
      const { dense, sparse } = forward(inputs, value);
      expectClose(dense, expected, 0, product(inputs, 1024));
      expectClose(sparse, expected, 0, product(inputs, 1024));
    });

    /** weight + alpha·Σ x·g of m rows with one element each, in three columns, dense and sparse. */
    function weightGradients(m: number, weight: number, alpha: number, xs: Float32Array, gs: Float32Array) {
      const start = new Float32Array(3).fill(weight);
      const [weights, sparse] = [placePanels(engine, 1, 3, start), placePanels(engine, 1, 3, start)];
      const indptr = Array.from({ length: m + 1 }, (_, i) => i);
      const rows = engine.csr(m, 1, { indptr, indices: new Int32Array(m), values: xs });
      const { kernels, team } = engine;
      run({ xs, gs }, ({ xs, gs }) => {
        kernels.denseWeightGradient(m, 1, 3, alpha, xs, gs, true, weights.pointer, team);
        const { startsPointer, endsPointer, indicesPointer, valuesPointer } = rows;
        const elements = [startsPointer, endsPointer, indicesPointer, valuesPointer] as const;
        kernels.sparseWeightGradient(m, 1, 3, alpha, ...elements, gs, true, sparse.pointer, team);
      });
      const results = { dense: weights.toArray(), sparse: sparse.toArray() };
      for (const block of [weights, sparse, rows]) block.dispose();
      return results;
    }

    it("weight gradients of 60 000 rows, dense and sparse", () => {
      const m = 60_000;
      const [x, g] = [positive(m, 6), positive(m * 3, 7)];
      const { dense, sparse } = weightGradients(m, 0, 0.5, x, g);
      const expected = [0, 1, 2].map((j) => 0.5 * total(column(g, 3, j).map((value, i) => value * (x[i] as number))));
      expectClose(dense, expected, 0, product(m, 256));
      expectClose(sparse, expected, 0, product(m, 256));
    });

    it.each([2, 3, 5, 32, 256, 600])("a step of %i rows, each too small to move the weight, is added once", (m) => {
      // Each is below half of the weight's last place, 2⁻²⁴: added one by one they are lost.
      const [x, g] = [new Float32Array(m).fill(0.5), new Float32Array(3 * m).fill(-(2 ** -14))];
      const { dense, sparse } = weightGradients(m, 1, 2 ** -10, x, g);
      // All numbers are powers of two: a block's sum is exact, its addition rounded once.
      const expected = 1 + m * -(2 ** -25);
      const blocks = Math.ceil(m / 256);
      expectClose(dense, [expected, expected, expected], blocks * U, 0);
      expect(sparse).toEqual(dense);
    });

    it("gemm with k = 60 000, beta = 1", () => {
      const k = 60_000;
      const [a, b] = [positive(2 * k, 8), positive(3 * k, 9)];
      const { c } = run({ a, b, c: new Float32Array(6).fill(1) }, ({ a, b, c }) => {
        engine.kernels.gemm(false, false, 2, 3, k, 0.5, a, k, b, 3, 1, c, 3, engine.team);
      });
      const expected = Array.from(c, (_, at) => {
        const [i, j] = [Math.floor(at / 3), at % 3];
        return 1 + 0.5 * total(column(b, 3, j).map((value, l) => value * (a[i * k + l] as number)));
      });
      expectClose(c, expected, 0, product(k, 512));
    });
  });
});
