import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MLPClassifier, type MLPOptions, MLPRegressor } from "../../src/index.js";

type Target = "two" | "three" | "values";

interface Start {
  readonly coefs: number[][];
  readonly intercepts: number[][];
}

interface Recorded {
  readonly columns: number;
  readonly X: number[];
  readonly targets: Readonly<Record<Target, number[]>>;
  readonly start: Readonly<Record<Target, Start>>;
  readonly cases: readonly (Start & {
    readonly target: Target;
    readonly options: MLPOptions;
    readonly lossCurve: number[];
    readonly nIter: number;
  })[];
  readonly calls: readonly {
    readonly target: Target;
    readonly options: MLPOptions;
    readonly fits: number;
    readonly partialFits: number;
    readonly epochs: number[];
    readonly lossCurve: number[];
    readonly coefs: number[][];
  }[];
}

/** Written by scripts/record-sklearn-training.py. */
const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../recorded/sklearn-training.json", import.meta.url), "utf8"),
);
const { columns } = recorded;
const X = { data: recorded.X, rows: recorded.X.length / columns, columns };

/** An estimator after one epoch, with the recorded weights: as scikit-learn's was when the recording began. */
async function begin(target: Target, options: MLPOptions): Promise<MLPClassifier | MLPRegressor> {
  const model = target === "values" ? new MLPRegressor(options) : new MLPClassifier(options);
  await model.partialFit(X, recorded.targets[target]);
  model.coefs = recorded.start[target].coefs;
  model.intercepts = recorded.start[target].intercepts;
  return model;
}

/** The largest difference of any two numbers. */
function distance(got: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  expect(got.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  let largest = 0;
  for (const [i, list] of expected.entries()) {
    for (let j = 0; j < list.length; ++j) {
      largest = Math.max(largest, Math.abs(((got[i] as ArrayLike<number>)[j] as number) - (list[j] as number)));
    }
  }
  return largest;
}

describe("six epochs from given weights", () => {
  it.each(recorded.cases)("come within 1e-6 of scikit-learn's: $target, $options", async (recording) => {
    const { target, options, coefs, intercepts, lossCurve, nIter } = recording;
    using model = await begin(target, options);
    await model.fit(X, recorded.targets[target] as never);
    expect(distance(model.coefs, coefs)).toBeLessThanOrEqual(1e-6);
    expect(distance(model.intercepts, intercepts)).toBeLessThanOrEqual(1e-6);
    expect(distance([model.lossCurve.slice(1)], [lossCurve])).toBeLessThanOrEqual(1e-6);
    expect(model.nIter).toBe(nIter);
  });
});

describe("warm starts and calls of partialFit", () => {
  it.each(recorded.calls)(
    "count and stop as scikit-learn's: $target, $fits, $partialFits, $options",
    async (recording) => {
      const { target, options, fits, partialFits, epochs, lossCurve, coefs } = recording;
      using model = await begin(target, options);
      const y = recorded.targets[target];
      const counted: number[] = [];
      for (let call = 0; call < fits + partialFits; ++call) {
        await (call < fits ? model.fit(X, y) : model.partialFit(X, y));
        counted.push(model.nIter);
      }
      expect(counted).toEqual(epochs);
      expect(distance([model.lossCurve.slice(1)], [lossCurve])).toBeLessThanOrEqual(1e-6);
      expect(distance(model.coefs, coefs)).toBeLessThanOrEqual(2e-6);
    },
  );
});
