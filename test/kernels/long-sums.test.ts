import { beforeAll, describe, it } from "vitest";
import type { Engine } from "../../src/engine.js";
import { createTestEngine, expectClose, Guarded, VARIANTS } from "./fixture.js";

/** Largest relative error of one rounding. */
const U = 2 ** -24;
/**
 * Sums over rows and columns: 32 terms an accumulator, up to five additions of four lanes and three columns that are left over,
 * and the rounding of the result.
 */
const BLOCKED = (32 + 6) * U;

const CLASSES = 10_000;

const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

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
});
