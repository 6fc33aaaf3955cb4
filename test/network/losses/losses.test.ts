import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BinaryCrossEntropy,
  checkGradients,
  createEngine,
  type Engine,
  Huber,
  type Loss,
  MeanAbsoluteError,
  MeanSquaredError,
  ShapeError,
  SoftmaxCrossEntropy,
} from "../../../src/index.js";
import { createTestEngine, EDGE_SIZES, expectClose, Guarded, numbers, VARIANTS } from "../../kernels/fixture.js";

const LOSSES = { SoftmaxCrossEntropy, BinaryCrossEntropy, MeanSquaredError, MeanAbsoluteError, Huber };

interface Recorded {
  readonly rows: number;
  readonly columns: number;
  readonly outputs: number[];
  readonly targets: Record<string, number[]>;
  readonly cases: { name: keyof typeof LOSSES; options: object; targets: string; loss: number; gradient: number[] }[];
}

const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../../recorded/torch-losses.json", import.meta.url), "utf8"),
);
const { rows, columns } = recorded;

describe("losses", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ threads: 1 });
  });

  const attached = <T extends Loss>(loss: T): T => {
    loss.attach(engine);
    return loss;
  };
  const targetsOf = (kind: string) => {
    const values = recorded.targets[kind] as number[];
    return kind === "labels" ? engine.labels(values) : engine.matrix(rows, columns, values);
  };

  it.each(recorded.cases.map((c) => [`${c.name} ${JSON.stringify(c.options)} of ${c.targets}`, c] as const))(
    "%s agrees with PyTorch within 1e-5, value and gradient",
    (_, { name, options, targets, loss: expected, gradient }) => {
      const loss = attached(new LOSSES[name](options));
      const outputs = engine.matrix(rows, columns, recorded.outputs);
      const value = loss.compute(outputs, targetsOf(targets));
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);
      const largest = Math.max(...gradient.map(Math.abs));
      expectClose(loss.gradient(outputs).data, gradient, 1e-5 * largest, 1e-5);
    },
  );

  it.each(recorded.cases.map((c) => [`${c.name} ${JSON.stringify(c.options)} of ${c.targets}`, c] as const))(
    "checkGradients passes for %s with sample weights",
    (_, { name, options, targets }) => {
      const loss = attached(new LOSSES[name](options));
      const weights = engine.matrix(rows, 1, [1, 0.5, 2, 0, 1, 3, 0.25]);
      const outputs = engine.matrix(rows, columns, recorded.outputs);
      const checks = checkGradients(engine, { loss, targets: targetsOf(targets), weights }, outputs);
      expect(checks).toMatchObject([{ name: "input", passed: true }]);
    },
  );

  it("a row of weight 2 counts as that row twice", () => {
    const loss = attached(new MeanSquaredError());
    const twice = loss.compute(engine.matrix(3, 1, [1, 1, 5]), engine.matrix(3, 1, [0, 0, 3]));
    const weighted = loss.compute(
      engine.matrix(2, 1, [1, 5]),
      engine.matrix(2, 1, [0, 3]),
      engine.matrix(2, 1, [2, 1]),
    );
    expect(weighted).toBe(twice);
  });

  it("all stay finite for logits of ±1e4", () => {
    const logits = engine.matrix(2, 3, [1e4, -1e4, 0, -1e4, 1e4, 1e4]);
    const targets = engine.matrix(2, 3, [0, 1, 0, 1, 0, 0]);
    for (const loss of [new SoftmaxCrossEntropy({ labelSmoothing: 0.1 }), new BinaryCrossEntropy()]) {
      const value = attached(loss).compute(logits, targets);
      expect(Number.isFinite(value)).toBe(true);
      expect(loss.gradient(logits).data.every(Number.isFinite)).toBe(true);
    }
  });

  it("wrong options and targets are refused", () => {
    expect(() => new SoftmaxCrossEntropy({ labelSmoothing: 1.5 })).toThrow(
      "labelSmoothing: expected a finite number of at least 0 and at most 1",
    );
    expect(() => new SoftmaxCrossEntropy({ classWeights: [1, -1] })).toThrow(RangeError);
    expect(() => new SoftmaxCrossEntropy({ classWeights: 3 as never })).toThrow(TypeError);
    expect(() => new SoftmaxCrossEntropy({ classWeights: [0, 1e-50] })).toThrow(
      "classWeights: expected a weight above 0",
    );
    for (const option of ["classWeights", "positiveWeights"]) {
      const Class = option === "classWeights" ? SoftmaxCrossEntropy : BinaryCrossEntropy;
      expect(() => new Class({ [option]: [1, 1e39] })).toThrow(
        `${option}[1]: expected a finite number of at least 0, got 1e+39`,
      );
    }
    expect(() => new BinaryCrossEntropy({ reduction: "none" as never })).toThrow('reduction: expected "mean" or "sum"');
    expect(() => new Huber({ delta: 0 })).toThrow("delta: expected a finite number above 0, got 0");
    const outputs = engine.matrix(2, 3, [1, 2, 3, 4, 5, 6]);
    const mse = attached(new MeanSquaredError());
    expect(() => mse.compute(outputs, engine.labels([0, 1]))).toThrow(
      "MeanSquaredError: targets: expected 3 numbers a row, a Float32Array, got one class index a row",
    );
    expect(() => mse.compute(outputs, engine.matrix(2, 2, [1, 2, 3, 4]))).toThrow(ShapeError);
    expect(() => mse.compute(outputs, engine.matrix(3, 3))).toThrow("expected one for each of the 2 rows, got 3");
    expect(() => mse.compute(outputs, engine.matrix(2, 3), engine.matrix(1, 2))).toThrow("weights: expected 2 × 1");
    const weighted = attached(new SoftmaxCrossEntropy({ classWeights: [1, 2] }));
    expect(() => weighted.compute(outputs, engine.labels([0, 1]))).toThrow("classWeights: expected 3 numbers, got 2");
  });
});

describe.each(VARIANTS)("loss kernels (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTestEngine(variant);
  });

  /** The differences' losses in float64: [value, derivative]. */
  const twins = {
    squaredError: (d: number) => [d * d, 2 * d],
    absoluteError: (d: number) => [Math.abs(d), Math.sign(d)],
    huber: (d: number) => (Math.abs(d) <= 0.5 ? [(d * d) / 2, d] : [0.5 * (Math.abs(d) - 0.25), 0.5 * Math.sign(d)]),
  };

  it.each(EDGE_SIZES)("every kernel keeps to its arrays and agrees with its twin, %i columns", (n) => {
    const m = 3;
    const [outputs, targets] = [numbers(m * n, 4), numbers(m * n, 5)];
    const sampleWeights = [1, 0, 2.5];
    for (const name of Object.keys(twins) as (keyof typeof twins)[]) {
      const arrays = [
        outputs,
        targets,
        sampleWeights,
        new Float32Array(m).fill(NaN),
        new Float32Array(m * n).fill(NaN),
      ];
      const guarded = arrays.map((values) => new Guarded(engine, values, true));
      const [y, t, w, l, g] = guarded.map(({ pointer }) => pointer) as [number, number, number, number, number];
      if (name === "huber") engine.kernels.huber(m, n, 0.5, y, t, w, 0.1, l, g);
      else (engine.kernels[name] as (...values: number[]) => void)(m, n, y, t, w, 0.1, l, g);
      const results = Array.from(
        outputs,
        (value, i) => twins[name](value - (targets[i] as number)) as [number, number],
      );
      const losses = sampleWeights.map(
        (weight, row) => weight * results.slice(row * n, (row + 1) * n).reduce((sum, [loss]) => sum + loss, 0),
      );
      const gradient = results.map(([, slope], i) => 0.1 * (sampleWeights[Math.floor(i / n)] as number) * slope);
      expectClose((guarded[3] as Guarded).values, losses, 1e-6, 1e-5);
      expectClose((guarded[4] as Guarded).values, gradient, 1e-7, 1e-5);
      for (const array of guarded) array.release();
    }
  });

  it.each(EDGE_SIZES.filter((n) => n > 0))("the cross-entropies keep to their arrays, %i columns", (n) => {
    const m = 3;
    const logits = numbers(m * n, 6).map((value) => value * 8);
    const targets = numbers(m * n, 7).map(Math.abs);
    const columnWeights = numbers(n, 8).map(Math.abs);
    const sampleWeights = [1, 0, 2.5];
    const expected = Array.from({ length: m }, (_, row) => {
      const x = Array.from(logits.subarray(row * n, (row + 1) * n));
      const t = Array.from(targets.subarray(row * n, (row + 1) * n));
      const logSum = Math.log(x.reduce((sum, value) => sum + Math.exp(value), 0));
      const w = sampleWeights[row] as number;
      const q = t.map((value, j) => (columnWeights[j] as number) * (0.8 * value + 0.2 / n));
      const total = q.reduce((sum, value) => sum + value, 0);
      const lw = t.map((value, j) => 1 + ((columnWeights[j] as number) - 1) * value);
      return {
        softmax: w * q.reduce((sum, value, j) => sum + value * (logSum - (x[j] as number)), 0),
        softmaxGradient: x.map((value, j) => 0.1 * w * (total * Math.exp(value - logSum) - (q[j] as number))),
        binary:
          w * x.reduce((s, v, j) => s + (1 - (t[j] as number)) * v + (lw[j] as number) * Math.log1p(Math.exp(-v)), 0),
        binaryGradient: x.map((v, j) => 0.1 * w * (1 - (t[j] as number) - (lw[j] as number) / (1 + Math.exp(v)))),
      };
    });
    for (const kind of ["softmax", "binary"] as const) {
      const arrays = [logits, targets, columnWeights, sampleWeights, new Float32Array(m), new Float32Array(m * n)];
      const guarded = arrays.map((values) => new Guarded(engine, values, true));
      const [x, t, c, w, l, g] = guarded.map(({ pointer }) => pointer) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      if (kind === "softmax") engine.kernels.weightedCrossEntropy(m, n, x, 0, t, c, 0.2, w, 0.1, l, g);
      else engine.kernels.binaryCrossEntropy(m, n, x, t, c, w, 0.1, l, g);
      const scale = Math.max(...expected.map((row) => Math.abs(row[kind])), 1);
      expectClose(
        (guarded[4] as Guarded).values,
        expected.map((row) => row[kind]),
        1e-6 * scale,
        1e-5,
      );
      expectClose(
        (guarded[5] as Guarded).values,
        expected.flatMap((row) => row[`${kind}Gradient`]),
        2e-6,
        1e-5,
      );
      for (const array of guarded) array.release();
    }
  });
});
