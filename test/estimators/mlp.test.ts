import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import {
  DisposedError,
  MLPClassifier,
  type MLPOptions,
  MLPRegressor,
  NotFittedError,
  ShapeError,
} from "../../src/index.js";
import { readTable, splitTable } from "../read-sample.js";

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
    ).rejects.toThrow("tulip");
    await expect(model.partialFit([[1, 2]], ["setosa"])).rejects.toThrow(ShapeError);
  });

  it("says what is wrong", async () => {
    expect(() => new MLPClassifier({ hidden: [3] } as never)).toThrow(
      /expected the options hiddenLayerSizes, .*, got hidden$/,
    );
    expect(() => new MLPClassifier({ solver: "lbfgs" as never })).toThrow(
      'solver: expected "adam" or "sgd", got the string "lbfgs"',
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

describe("an estimator in odd hands", () => {
  const X = [[0], [1], [2], [3]];
  const y = ["a", "a", "b", "b"];
  const small = { maxIter: 3, hiddenLayerSizes: [4] };

  it.each<[string, unknown, unknown]>([
    ["rows of another width", [[1], [2, 3]], ["c", "d"]],
    ["too few classes", [[1], [2]], ["c", "c"]],
    ["missing values", [[1], [null]], ["c", "d"]],
    ["no targets", [[1], [2]], undefined],
  ])("a fit that is refused leaves it as it was: %s", async (_, wrongX, wrongY) => {
    using model = await new MLPClassifier(small).fit(X, y);
    const before = [model.classes, model.predict(X), model.coefs, model.lossCurve];
    await expect(model.fit(wrongX as never, wrongY as never)).rejects.toThrow(/expected/);
    await expect(model.partialFit(wrongX as never, wrongY as never)).rejects.toThrow(/expected/);
    expect([model.classes, model.predict(X), model.coefs, model.lossCurve]).toEqual(before);
  });

  it("refuses what is no number in X, wherever it is", async () => {
    using model = new MLPClassifier(small);
    for (const value of [null, "5", true, Number.NaN, undefined, 1e300]) {
      await expect(model.fit([[0], [value as never]], ["a", "b"])).rejects.toThrow(/row 1, column 0/);
      const data = [0, value as never];
      await expect(model.fit({ data, rows: 2, columns: 1 }, ["a", "b"])).rejects.toThrow(/row 1, column 0/);
    }
  });

  it.each([[[-1, 1, -1, 1]], [[true, false, true, false]], [["b", "a", "c", "a"]], [[10, 9, 2, 2]]])(
    "gives the classes %j back as they came",
    async (classes) => {
      using model = await new MLPClassifier({ maxIter: 400, learningRateInit: 0.05, hiddenLayerSizes: [16] }).fit(
        X,
        classes,
      );
      expect(model.predict(X)).toEqual(classes);
      expect(model.classes).toEqual([...new Set<never>(classes as never[])].sort((a, b) => (a < b ? -1 : 1)));
      expect(model.score(X, classes)).toBe(1);
      expect(model.predictProba(X)[0]).toHaveLength(model.classes.length);
    },
  );

  it("a class that it never saw counts as a miss in a score", async () => {
    using model = await new MLPClassifier(small).fit(X, y);
    expect(model.score(X, ["z", "z", "z", "z"])).toBe(0);
  });

  it("partialFit keeps to the classes of its first call", async () => {
    using model = new MLPClassifier(small);
    await model.partialFit(X, y, ["a", "b", "c"]);
    await model.partialFit(X, y, ["c", "b", "a"]);
    expect(model.classes).toEqual(["a", "b", "c"]);
    await expect(model.partialFit(X, y, ["a", "b"])).rejects.toThrow(
      'classes: expected "a", "b", "c" as in the first call, got "a", "b"',
    );
  });

  it("one training at a time, and none once it is disposed of", async () => {
    using model = new MLPClassifier({ ...small, maxIter: 100 });
    const first = model.fit(X, y);
    await expect(model.fit(X, y)).rejects.toThrow("expected one training at a time");
    await expect(model.partialFit(X, y)).rejects.toThrow("expected one training at a time");
    await first;
    const second = model.fit(X, y);
    model.dispose();
    await expect(second).rejects.toThrow(DisposedError);
    expect(() => model.predict(X)).toThrow(NotFittedError);
    // Trains until it is disposed of.
    using endless = new MLPClassifier({ ...small, maxIter: Number.MAX_SAFE_INTEGER, nIterNoChange: Infinity });
    const third = endless.fit(X, y);
    const refused = expect(third).rejects.toThrow(DisposedError);
    await vi.waitFor(() => expect(endless.nIter).toBeGreaterThan(0));
    endless.dispose();
    await refused;
    expect(() => endless.predict(X)).toThrow(NotFittedError);
  });

  it("a warm start begins with a new optimizer, as scikit-learn's", async () => {
    const options = {
      ...small,
      solver: "sgd",
      warmStart: true,
      learningRate: "adaptive",
      tol: 10,
      nIterNoChange: 1,
    } as const;
    using model = await new MLPClassifier({ ...options, maxIter: 200 }).fit(X, y);
    expect(model.converged).toBe(true);
    const before = model.coefs[0] as Float32Array;
    // The step length ended at 1e-6, an optimizer that went on would stop at once. The counts go on: a first epoch without
    // betterment is one too many, the next steps are divided every second epoch.
    const { nIter } = model;
    await model.fit(X, y);
    expect(model.nIter).toBe(nIter + 11);
    expect(model.coefs[0]).not.toEqual(before);
  });

  it("takes undefined for a default, and refuses what is no flag", async () => {
    using model = new MLPClassifier({ ...small, alpha: undefined } as never);
    expect(model.options.alpha).toBe(0.0001);
    for (const name of ["shuffle", "earlyStopping", "warmStart", "nesterovsMomentum"]) {
      expect(() => new MLPClassifier({ [name]: "yes" })).toThrow(
        `${name}: expected true or false, got the string "yes"`,
      );
    }
    for (const threads of [0, 1.5, "2", "many"]) {
      expect(() => new MLPClassifier({ threads: threads as never })).toThrow(/^threads: expected/);
    }
  });

  it("a regressor names y, not the inputs", async () => {
    using model = new MLPRegressor(small);
    await expect(model.fit([[1], [2]], [1, Number.NaN])).rejects.toThrow("y: row 1: expected a finite number, got NaN");
    await expect(model.fit([[1], [2]], undefined as never)).rejects.toThrow(TypeError);
  });
});
