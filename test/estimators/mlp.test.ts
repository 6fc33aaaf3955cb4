import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MLPClassifier, type MLPOptions, MLPRegressor, NotFittedError, ShapeError } from "../../src/index.js";
import { readTable, splitTable } from "../datasets/read.js";

const { scores } = JSON.parse(readFileSync(new URL("../recorded/sklearn-scores.json", import.meta.url), "utf8"));

describe("MLPClassifier", () => {
  it.each(["iris", "wine", "breast-cancer", "digits"])(
    "reaches scikit-learn's accuracy within 0.02 on %s",
    async (name) => {
      const table = readTable(name);
      const reached: number[] = [];
      for (let split = 0; split < 5; ++split) {
        const { train, test } = splitTable(table, split);
        for (let randomState = 0; randomState < 3; ++randomState) {
          using model = new MLPClassifier({ ...scores[name].settings, randomState });
          await model.fit(train.X, train.y as string[]);
          reached.push(model.score(test.X, test.y as string[]));
        }
      }
      const mean = reached.reduce((sum, score) => sum + score, 0) / reached.length;
      expect(Math.abs(mean - scores[name].score)).toBeLessThanOrEqual(0.02);
    },
    120_000,
  );

  it("gives names back, and probabilities that add up to one", async () => {
    const { train, test } = splitTable(readTable("iris"), 0);
    using model = await new MLPClassifier({ maxIter: 20 }).fit(train.X, train.y as string[]);
    expect(model.classes).toEqual(["setosa", "versicolor", "virginica"]);
    expect(new Set(model.predict(test.X)).size).toBeGreaterThan(1);
    for (const row of model.predictProba(test.X)) expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(model.lossCurve).toHaveLength(20);
    expect(model.lossCurve[19]).toBeLessThan(model.lossCurve[0] as number);
    expect(model.coefs.map(({ length }) => length)).toEqual([400, 300]);
  });

  it.each<MLPOptions>([
    { solver: "sgd", learningRateInit: 0.1 },
    { solver: "sgd", learningRate: "adaptive", learningRateInit: 0.1, nesterovsMomentum: false },
    { solver: "sgd", learningRate: "invscaling", learningRateInit: 1, powerT: 0.3 },
    { activation: "tanh" },
    { activation: "logistic", learningRateInit: 0.01 },
    { activation: "identity" },
    { earlyStopping: true, learningRateInit: 0.01 },
  ])("learns wine with %j", async (options) => {
    const { train, test } = splitTable(readTable("wine"), 1);
    using model = await new MLPClassifier(options).fit(train.X, train.y as string[]);
    expect(model.score(test.X, test.y as string[])).toBeGreaterThan(0.9);
    if (options.earlyStopping) {
      expect(model.validationScores).toHaveLength(model.nIter);
      expect(model.converged).toBe(true);
    }
  });

  it("is the same for the same seed, another for another", async () => {
    const { train } = splitTable(readTable("iris"), 0);
    const weights = async (randomState: number) => {
      using model = await new MLPClassifier({ randomState, maxIter: 3 }).fit(train.X, train.y as string[]);
      return model.coefs;
    };
    expect(await weights(4)).toEqual(await weights(4));
    expect(await weights(4)).not.toEqual(await weights(5));
  });

  it("partialFit and warmStart go on from the weights there are", async () => {
    const { train } = splitTable(readTable("iris"), 0);
    using model = new MLPClassifier({ warmStart: true, maxIter: 1 });
    for (let epoch = 0; epoch < 5; ++epoch) await model.partialFit(train.X, train.y as string[]);
    await model.fit(train.X, train.y as string[]);
    expect(model.lossCurve).toHaveLength(6);
    expect(model.lossCurve[5]).toBeLessThan(model.lossCurve[0] as number);
    await expect(
      model.partialFit(
        train.X,
        train.y.map(() => "tulip"),
      ),
    ).rejects.toThrow("got tulip");
    await expect(model.partialFit([[1, 2]], ["setosa"])).rejects.toThrow(ShapeError);
  });

  it("says what is wrong", async () => {
    expect(() => new MLPClassifier({ hidden: [3] } as never)).toThrow(
      "option hidden: expected one of hiddenLayerSizes",
    );
    expect(() => new MLPClassifier({ solver: "lbfgs" as never })).toThrow(
      "solver: expected one of adam, sgd, got lbfgs",
    );
    expect(() => new MLPClassifier({ hiddenLayerSizes: [0] })).toThrow(RangeError);
    expect(() => new MLPClassifier({ maxIter: 1.5 })).toThrow("maxIter: expected an integer of at least 1, got 1.5");
    const model = new MLPClassifier();
    expect(() => model.predict([[1]])).toThrow(NotFittedError);
    await expect(model.fit([[1], [2]], ["a"])).rejects.toThrow("at least two classes, got 1");
    await expect(model.fit([[1], [2]], ["a", "b", "a"])).rejects.toThrow(
      "expected one target for each of 2 rows, got 3",
    );
    await expect(model.fit([[1], [2, 3]], ["a", "b"])).rejects.toThrow("X: row 1: expected 1 values, got 2");
    await expect(model.fit([[1], [Number.NaN]], ["a", "b"])).rejects.toThrow("expected finite numbers, got NaN");
    await expect(model.fit([[1], [2]], ["a", 1])).rejects.toThrow(TypeError);
  });
});

describe("MLPRegressor", () => {
  it("comes near scikit-learn's R² on diabetes", async () => {
    const table = readTable("diabetes");
    const reached: number[] = [];
    for (let split = 0; split < 5; ++split) {
      const { train, test } = splitTable(table, split);
      using model = await new MLPRegressor(scores.diabetes.settings).fit(train.X, train.y as number[]);
      reached.push(model.score(test.X, test.y as number[]));
    }
    const mean = reached.reduce((sum, score) => sum + score, 0) / reached.length;
    expect(mean).toBeGreaterThan(scores.diabetes.score - 0.05);
  });
});
