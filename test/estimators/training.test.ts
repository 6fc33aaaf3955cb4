import { afterEach, describe, expect, it, vi } from "vitest";
import { MLPProgress } from "../../src/estimators/mlp-progress.js";
import {
  DisposedError,
  DivergenceError,
  MLPClassifier,
  type MLPOptions,
  MLPRegressor,
  type Network,
} from "../../src/index.js";
import { readTable, splitTable } from "../read-sample.js";

const X = [[0], [1], [2], [3]];
const y = ["a", "a", "b", "b"];
const small: MLPOptions = { maxIter: 3, hiddenLayerSizes: [4] };

afterEach(() => {
  vi.useRealTimers();
});

describe("other tasks", () => {
  it("do not hold a training up while timers are faked", async () => {
    const rows = 100_000;
    const table = { data: Float32Array.from({ length: rows }, (_, row) => row / rows), rows, columns: 1 };
    const values = new Float64Array(rows).fill(1);
    using model = await new MLPRegressor({ ...small, maxIter: 2, batchSize: 1, warmStart: true }).fit(X, [1, 2, 3, 4]);
    using classifier = await new MLPClassifier({ ...small, maxIter: 40, warmStart: true }).fit(X, y);
    vi.useFakeTimers();
    // Epochs that take several turns each, and many short ones.
    await model.fit(table, values);
    await classifier.fit(X, y);
    expect([model.nIter, classifier.nIter]).toEqual([4, 80]);
  });

  it("have their turn within an epoch", async () => {
    // Half a million steps take seconds on any machine: another task must come in between.
    const rows = 500_000;
    const table = { data: new Float32Array(rows), rows, columns: 1 };
    using model = new MLPRegressor({ hiddenLayerSizes: [8], batchSize: 1 });
    await model.partialFit(X, [1, 2, 3, 4]);
    const epoch = model.partialFit(table, new Float64Array(rows));
    setImmediate(() => model.dispose());
    await expect(epoch).rejects.toThrow(DisposedError);
    expect(model.nIter).toBe(1);
  });

  it("may predict in the middle of an epoch", async () => {
    const rows = 100_000;
    const table = { data: Float32Array.from({ length: rows }, (_, row) => row / rows), rows, columns: 1 };
    using model = await new MLPRegressor({ ...small, batchSize: 1 }).fit(X, [1, 2, 3, 4]);
    const epoch = model.partialFit(table, new Float64Array(rows));
    let predicted: number[] = [];
    setImmediate(() => {
      predicted = model.predict(table);
    });
    await epoch;
    expect(predicted).toHaveLength(rows);
    expect(model.nIter).toBe(4);
  });
});

it("calls leave linear memory as it was, also those that fail", async () => {
  using model = await new MLPClassifier({
    ...small,
    warmStart: true,
    earlyStopping: true,
    validationFraction: 0.5,
  }).fit(X, y);
  const { memory } = (model as unknown as { network: Network }).network.engine;
  model.predict(X);
  const before = memory.bytesInUse;
  for (let call = 0; call < 5; ++call) {
    await model.partialFit(X, y);
    await model.fit(X, y);
    model.predictProba(X);
    model.score(X, y);
    await expect(model.partialFit(X, ["a", "a", "b", "z"])).rejects.toThrow(RangeError);
    expect(() => model.predict([[1, 2]])).toThrow(RangeError);
  }
  expect(memory.bytesInUse).toBe(before);
  model.coefs = model.coefs.map((weights) => weights.fill(3e38));
  await expect(model.partialFit(X, y)).rejects.toThrow(DivergenceError);
  expect(memory.bytesInUse).toBe(before);
});

describe("when training stops: scikit-learn's rule", () => {
  const judgeLosses = (losses: readonly number[], tol: number, nIterNoChange: number): boolean[] => {
    const progress = new MLPProgress();
    return losses.map((loss) => {
      progress.addEpoch(1, loss);
      progress.judgeLoss(tol);
      return progress.isStale(nIterNoChange);
    });
  };

  it("a loss must fall below the best by more than tol, more epochs than nIterNoChange without are too many", () => {
    expect(judgeLosses([1, 0.95, 0.9, 0.85], 0.1, 2)).toEqual([false, false, false, true]);
    // Each is the best so far, by exactly tol: that is betterment.
    expect(judgeLosses([1, 0.75, 0.5, 0.25, 0], 0.25, 1)).toEqual([false, false, false, false, false]);
    expect(judgeLosses([1, 1, 1, 0, 0, 0, 0], 0.1, 2)).toEqual([false, false, false, false, false, false, true]);
    expect(judgeLosses([1, 1, 1, 1], 0, 1)).toEqual([false, false, false, false]);
    expect(judgeLosses([1, 2, 3, 4], 0, Infinity)).toEqual([false, false, false, false]);
  });

  it("a score must rise above the best by tol; the best is the highest, by whatever", () => {
    const progress = new MLPProgress();
    const judged = [0.5, 0.55, 0.5, 0.54, 0.7].map((score) => {
      progress.addEpoch(1, 1);
      return [progress.judgeScore(score, 0.1), progress.isStale(1)];
    });
    expect(judged).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, true],
      [true, false],
    ]);
    expect(progress.validationScores).toEqual([0.5, 0.55, 0.5, 0.54, 0.7]);
  });

  it("nIterNoChange of Infinity never stops", async () => {
    using model = new MLPClassifier({ ...small, maxIter: 60, tol: 100, nIterNoChange: Infinity });
    await model.fit(X, y);
    expect([model.nIter, model.converged]).toEqual([60, false]);
    using other = await new MLPClassifier({ ...small, maxIter: 60, tol: 100, nIterNoChange: 2 }).fit(X, y);
    expect([other.nIter, other.converged]).toEqual([4, true]);
  });
});

describe("a warm start", () => {
  it("asks for the classes of the first fit, no fewer and no others", async () => {
    using model = await new MLPClassifier({ ...small, warmStart: true }).fit(X, ["a", "b", "c", "c"]);
    const before = model.coefs;
    for (const classes of [
      ["a", "b", "b", "a"],
      ["a", "b", "c", "d"],
      ["a", "b", "d", "d"],
    ]) {
      const attempt = model.fit(X, classes);
      await expect(attempt).rejects.toThrow(RangeError);
      await expect(attempt).rejects.toThrow(/^y: expected "a", "b", "c" as in the first call, which a warm start/);
    }
    await expect(model.fit(X, [0, 1, 2, 2])).rejects.toThrow(RangeError);
    expect(model.coefs).toEqual(before);
    await model.fit(X, ["c", "b", "a", "a"]);
    await model.partialFit(X, ["a", "a", "a", "a"]);
    expect(model.nIter).toBe(7);
  });

  it("goes on with epochs, curves and scores", async () => {
    const { train } = splitTable(readTable("iris"), 0);
    using model = new MLPClassifier({ ...small, warmStart: true, earlyStopping: true });
    await model.fit(train.X, train.y as string[]);
    await model.fit(train.X, train.y as string[]);
    expect([model.nIter, model.lossCurve.length, model.validationScores.length]).toEqual([6, 6, 6]);
    expect(model.bestLoss).toBe(Math.min(...model.lossCurve));
    using cold = new MLPClassifier({ ...small, earlyStopping: true });
    await cold.fit(train.X, train.y as string[]);
    await cold.fit(train.X, train.y as string[]);
    expect([cold.nIter, cold.lossCurve.length, cold.validationScores.length]).toEqual([3, 3, 3]);
  });

  it("keeps the validation part: no row of it is trained on later", async () => {
    // Each row has an input, and so a weight, of its own: from zero only those of rows that were trained on have moved.
    const rows = 80;
    const apart = Array.from({ length: rows }, (_, row) => Array.from({ length: rows }, (_, j) => Number(j === row)));
    const classes = apart.map((_, row) => row % 2 === 0);
    using model = new MLPClassifier({
      maxIter: 1,
      solver: "sgd",
      learningRateInit: 1,
      alpha: 0,
      hiddenLayerSizes: [],
      earlyStopping: true,
      validationFraction: 0.5,
      warmStart: true,
    });
    await model.partialFit(apart, classes);
    [model.coefs, model.intercepts] = [[new Float32Array(rows)], [[0]]];
    const moved = () => [...(model.coefs[0] as Float32Array).keys()].filter((row) => model.coefs[0]?.[row] !== 0);
    await model.fit(apart, classes);
    const trained = moved();
    expect(trained).toHaveLength(rows / 2);
    for (let call = 0; call < 3; ++call) {
      await model.fit(apart, classes);
      expect(moved()).toEqual(trained);
    }
    // Of a part that is drawn anew, half would be known by heart.
    expect(Math.max(...model.validationScores)).toBe(0.5);
  });
});

describe("early stopping", () => {
  it("without a row to score on is refused before anything changes", async () => {
    const options: MLPOptions = { ...small, earlyStopping: true };
    using classifier = await new MLPClassifier({ ...options, validationFraction: 0.5 }).fit(X, y);
    const before = classifier.coefs;
    await expect(classifier.fit(X.slice(0, 2), ["a", "b"])).rejects.toThrow(
      "validationFraction: expected a class of at least two rows, got one row of each",
    );
    expect(classifier.coefs).toEqual(before);
    await expect(new MLPClassifier(options).fit(X, y)).rejects.toThrow(
      "validationFraction: expected rows in both parts",
    );
    // R² of one row is not defined.
    await expect(new MLPRegressor({ ...options, validationFraction: 0.25 }).fit(X, [1, 2, 3, 4])).rejects.toThrow(
      "validationFraction: expected at least 2 rows to score on, got 1 of 4",
    );
    using regressor = await new MLPRegressor({ ...options, validationFraction: 0.5 }).fit(X, [1, 2, 3, 4]);
    expect(regressor.validationScores).toHaveLength(3);
  });

  it("goes back to the weights of the best score", async () => {
    const { train } = splitTable(readTable("iris"), 0);
    const options: MLPOptions = {
      hiddenLayerSizes: [4],
      earlyStopping: true,
      learningRateInit: 0.3,
      nIterNoChange: 20,
    };
    using model = await new MLPClassifier({ ...options, maxIter: 40 }).fit(train.X, train.y as string[]);
    const best = model.validationScores.indexOf(Math.max(...model.validationScores));
    expect(best).toBeLessThan(39);
    using shorter = await new MLPClassifier({ ...options, maxIter: best + 1 }).fit(train.X, train.y as string[]);
    expect(model.coefs).toEqual(shorter.coefs);
  });
});

describe("training that diverges", () => {
  it("says so by its loss, and by weights that the last step made infinite", async () => {
    const wild: MLPOptions = { ...small, solver: "sgd", momentum: 0, alpha: 0 };
    const values = [1e30, -1e30, 1e30, -1e30];
    await expect(new MLPRegressor({ ...wild, learningRateInit: 1e5 }).fit(X, values)).rejects.toThrow(
      /expected finite numbers, got a loss of (Infinity|NaN) in batch 1 of epoch [12];/,
    );
    using model = new MLPRegressor({ ...wild, hiddenLayerSizes: [], learningRateInit: 1e38 });
    const attempt = model.partialFit([[1], [2]], [1e10, 1e10]);
    await expect(attempt).rejects.toThrow(DivergenceError);
    await expect(attempt).rejects.toThrow(
      "expected finite numbers, got NaN or infinities in the weights in batch 1 of epoch 1",
    );
  });
});
