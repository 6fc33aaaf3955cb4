import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/create-engine.js";
import { byColumn, byRow, normalize, normalizeGradients } from "../reference-normalization.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, VARIANTS } from "./fixture.js";

const EPSILON = 1e-5;
/** Sums are taken in double precision: what is left are some ten roundings of values of up to about 8. */
const TOLERANCE = 8 * 10 * 2 ** -24;

describe.each(VARIANTS)("normalization kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  const nan = (n: number) => new Float32Array(n).fill(Number.NaN);

  /** Runs a kernel over guarded arrays and returns what they hold afterwards. */
  function run<K extends string>(
    arrays: Record<K, ArrayLike<number>>,
    kernel: (at: Record<K, number>) => void,
  ): Record<K, Float32Array> {
    const guarded = Object.entries<ArrayLike<number>>(arrays).map(
      ([name, values]) => [name, new Guarded(engine, values, true)] as const,
    );
    kernel(Object.fromEntries(guarded.map(([name, { pointer }]) => [name, pointer])) as Record<K, number>);
    const results = guarded.map(([name, array]) => [name, array.values.slice()]);
    for (const [, array] of guarded) array.release();
    return Object.fromEntries(results);
  }

  function operands(m: number, n: number) {
    // Columns of different means and scales.
    const x = numbers(m * n, 40).map((value, i) => value * (1 + (i % n)) ** 0.3 + (i % 5));
    return { x, gamma: numbers(n, 41), beta: numbers(n, 42), g: numbers(m * n, 43) };
  }

  it.each(EDGE_SIZES)("batch norm of %i columns: statistics, forward, backward", (n) => {
    for (const m of [2, 3, 9]) {
      const { x, gamma, beta, g } = operands(m, n);
      const running = { runningMean: numbers(n, 44), runningVariance: numbers(n, 45) };
      const expected = normalize(m, n, byColumn(n), EPSILON, x, gamma, beta);
      const forward = run({ x, gamma, beta, mean: nan(n), inverse: nan(n), y: nan(m * n), ...running }, (at) => {
        const { runningMean, runningVariance } = at;
        engine.kernels.batchNormStatistics(m, n, EPSILON, 0.1, at.x, at.mean, at.inverse, runningMean, runningVariance);
        engine.kernels.batchNormForward(m, n, at.x, at.mean, at.inverse, at.gamma, at.beta, at.y);
      });
      expectClose(forward.mean, expected.mean, 0, 2 ** -22);
      expectClose(
        forward.inverse,
        expected.variance.map((v) => 1 / Math.sqrt(v + EPSILON)),
        0,
        2 ** -22,
      );
      const moved = (old: number, value: number) => 0.9 * old + 0.1 * value;
      const { runningMean, runningVariance } = forward;
      expectClose(
        runningMean,
        expected.mean.map((v, j) => moved(running.runningMean[j] as number, v)),
        2 ** -23,
        2 ** -22,
      );
      const unbiased = expected.variance.map((v, j) => moved(running.runningVariance[j] as number, (v * m) / (m - 1)));
      expectClose(runningVariance, unbiased, 2 ** -23, 2 ** -22);
      // A small deviation magnifies the rounding of the mean.
      const scale = Math.max(1, ...forward.inverse);
      expectClose(forward.y, expected.y, TOLERANCE * scale, 0);

      for (const ofBatch of [true, false]) {
        const gradients = normalizeGradients(m, n, byColumn(n), EPSILON, x, gamma, g, expected, !ofBatch);
        const outputs = { gradGamma: nan(n), gradBeta: nan(n), gradInput: nan(m * n) };
        const { mean, inverse } = forward;
        const backward = run({ x, mean, inverse, gamma, g, ...outputs }, (at) => {
          const { gradGamma, gradBeta, gradInput } = at;
          engine.kernels.batchNormBackward(
            m,
            n,
            ofBatch,
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
        expectClose(backward.gradBeta, gradients.beta, 2 ** -24, 2 ** -22);
        expectClose(backward.gradGamma, gradients.gamma, TOLERANCE * scale, 0);
        expectClose(backward.gradInput, gradients.input, TOLERANCE * scale ** 2, 0);
      }
    }
  });

  it.each(EDGE_SIZES)("batch norm with given statistics: inverse deviations of %i columns", (n) => {
    const variance = numbers(n, 46).map(Math.abs);
    const { inverse } = run({ variance, inverse: nan(n) }, (at) => {
      engine.kernels.batchNormInverse(n, EPSILON, at.variance, at.inverse);
    });
    expectClose(
      inverse,
      variance.map((v) => 1 / Math.sqrt(v + EPSILON)),
      0,
      2 ** -22,
    );
  });

  it.each(EDGE_SIZES.filter((n) => n > 0))("layer norm of %i columns, forward and backward", (n) => {
    for (const m of [0, 1, 3, 9, 32, 33, 70]) {
      const { x, gamma, beta, g } = operands(m, n);
      const expected = normalize(m, n, byRow(n), EPSILON, x, gamma, beta);
      const forward = run({ x, gamma, beta, mean: nan(m), inverse: nan(m), y: nan(m * n) }, (at) => {
        engine.kernels.layerNormForward(m, n, EPSILON, at.x, at.gamma, at.beta, at.mean, at.inverse, at.y);
      });
      const { mean, inverse } = forward;
      const scale = Math.max(1, ...inverse);
      expectClose(mean, expected.mean, 2 ** -24, 2 ** -22);
      expectClose(
        inverse,
        expected.variance.map((v) => 1 / Math.sqrt(v + EPSILON)),
        0,
        2 ** -22,
      );
      expectClose(forward.y, expected.y, TOLERANCE * scale, 0);

      const gradients = normalizeGradients(m, n, byRow(n), EPSILON, x, gamma, g, expected);
      // Room for 2n doubles, at an address that is a multiple of 8.
      const outputs = { sums: nan(4 * n + 1), gradGamma: nan(n), gradBeta: nan(n), gradInput: nan(m * n) };
      const backward = run({ x, mean, inverse, gamma, g, ...outputs }, (at) => {
        const { sums, gradGamma, gradBeta, gradInput } = at;
        engine.kernels.layerNormBackward(
          m,
          n,
          at.x,
          at.mean,
          at.inverse,
          at.gamma,
          at.g,
          sums + (sums % 8),
          gradGamma,
          gradBeta,
          gradInput,
        );
      });
      expectClose(backward.gradBeta, gradients.beta, TOLERANCE, 0);
      expectClose(backward.gradGamma, gradients.gamma, TOLERANCE * scale, 0);
      expectClose(backward.gradInput, gradients.input, TOLERANCE * scale ** 2, 0);
    }
  });

  it("a mean far from zero costs no more than the rounding of the inputs", () => {
    const [m, n] = [64, 6];
    const x = numbers(m * n, 47).map((value) => 1000 + value);
    const [gamma, beta] = [new Float32Array(n).fill(1), new Float32Array(n)];
    const columns = normalize(m, n, byColumn(n), EPSILON, x, gamma, beta);
    const forward = run({ x, mean: nan(n), inverse: nan(n), a: nan(n), b: nan(n) }, (at) => {
      engine.kernels.batchNormStatistics(m, n, EPSILON, 0.1, at.x, at.mean, at.inverse, at.a, at.b);
    });
    expectClose(
      forward.inverse,
      columns.variance.map((v) => 1 / Math.sqrt(v + EPSILON)),
      0,
      2 ** -22,
    );
    expect(forward.mean).toEqual(Float32Array.from(columns.mean));
  });
});
