import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { MLPClassifier, type MLPOptions, MLPRegressor, type Samples, ShapeError } from "../../src/index.js";

const X = [[0], [1], [2], [3]];
const y = ["a", "a", "b", "b"];
const small: MLPOptions = { maxIter: 3, hiddenLayerSizes: [4] };

describe("rows of every type and realm are the same rows", () => {
  const otherRealm = (code: string) => vm.runInNewContext(code) as never;
  const same: Samples[] = [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [new Float64Array([1, 2]), new Float32Array([3, 4]), new Uint8Array([5, 6])],
    [Buffer.from([1, 2]), Buffer.from([3, 4]), Buffer.from([5, 6])],
    otherRealm("[[1, 2], [3, 4], [5, 6]]"),
    otherRealm("[new Float32Array([1, 2]), new Int16Array([3, 4]), { length: 2, 0: 5, 1: 6 }]"),
    { data: [1, 2, 3, 4, 5, 6], rows: 3, columns: 2 },
    { data: new Float64Array([1, 2, 3, 4, 5, 6]), rows: 3, columns: 2 },
    otherRealm("({ data: new Uint16Array([1, 2, 3, 4, 5, 6]), rows: 3, columns: 2 })"),
  ];

  it.each(same.map((rows, index) => [index, rows] as const))("%i", async (_, rows) => {
    using classifier = await new MLPClassifier(small).fit(same[0] as Samples, [0, 1, 1]);
    using other = await new MLPClassifier(small).fit(rows, otherRealm("new Int8Array([0, 1, 1])"));
    expect(other.coefs).toEqual(classifier.coefs);
    expect(other.predictProba(rows)).toEqual(classifier.predictProba(same[0] as Samples));
    using regressor = await new MLPRegressor(small).fit(rows, otherRealm("new Float64Array([1, 2, 3])"));
    using expected = await new MLPRegressor(small).fit(same[0] as Samples, [1, 2, 3]);
    expect(regressor.predict(rows)).toEqual(expected.predict(rows));
  });
});

describe("X is refused by type", () => {
  it.each<[string, unknown, new (message: string) => Error, string]>([
    ["text", "ab", TypeError, "X: expected a list of rows, or { data, rows, columns }, got"],
    ["nothing", undefined, TypeError, "X: expected a list of rows, or { data, rows, columns }, got undefined"],
    ["a typed array", new Float32Array(4), TypeError, "X: expected a list of rows, or { data, rows, columns }, got"],
    ["a Map", new Map(), TypeError, "X: expected a list of rows, or { data, rows, columns }, got"],
    ["Maps for rows", [new Map([[0, 1]]), new Map()], TypeError, "X: row 0: expected a list of numbers, got"],
    ["text for rows", ["1", "2"], TypeError, "X: row 0: expected a list of numbers, got"],
    ["numbers for rows", [1, 2], TypeError, "X: row 0: expected a list of numbers, got 1"],
    ["sparse rows", [[1], { indices: [0], values: [1] }], TypeError, "X: row 1: expected a list of numbers, got"],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ["a row left out", [[1], , [2]], TypeError, "X: row 1: expected a list of numbers, got undefined"],
    ["holes in rows", [new Array(2)], TypeError, "X: row 0, column 0: expected a number, got undefined"],
    ["rows of different lengths", [[1, 2], [1]], ShapeError, "X: row 1: expected 2 values, got 1"],
    ["nested rows", [[[1]], [[2]]], TypeError, "X: row 0, column 0: expected a number, got"],
    ["large integers", [new BigInt64Array(1)], TypeError, "X: row 0, column 0: expected a number, got 0"],
    ["a table without sizes", { data: [1, 2] }, TypeError, "X.rows: expected a number, got undefined"],
    ["a table of text", { data: "12", rows: 2, columns: 1 }, TypeError, "X.data: expected a list of numbers, got"],
    ["a table of another size", { data: [1], rows: 2, columns: 1 }, ShapeError, "X: expected 2 × 1 values, got 1"],
    ["half a row", { data: [1], rows: 0.5, columns: 2 }, RangeError, "X.rows: expected an integer"],
    ["no rows", [], ShapeError, "X: expected at least one row and column, got 0 × 0"],
    ["rows without columns", [[], []], ShapeError, "X: expected at least one row and column, got 2 × 0"],
  ])("%s", async (_, wrong, type, message) => {
    const model = new MLPClassifier(small);
    const attempt = model.fit(wrong as never, [0, 1]);
    await expect(attempt).rejects.toThrow(type);
    await expect(attempt).rejects.toThrow(message);
    using fitted = await new MLPClassifier(small).fit(X, y);
    expect(() => fitted.predict(wrong as never)).toThrow(type);
  });
});

describe("y is refused by type", () => {
  it.each<[unknown, new (message: string) => Error, string]>([
    ["abab", TypeError, "y: expected a list of classes, got"],
    [new Map(), TypeError, "y: expected a list of classes, got"],
    [["a", 1, "a", "b"], TypeError, "y[1]: expected a string as the others, got 1"],
    [[0, 1, Number.NaN, 1], RangeError, "y[2]: expected an integer for a class, got NaN"],
    [[0.5, 1, 1, 0], RangeError, "y[0]: expected an integer for a class, got 0.5"],
    [[null, null, 1, 1], TypeError, "y[0]: expected a number, a string, or true or false as a class, got null"],
  ])("of a classifier: %j", async (classes, type, message) => {
    const attempt = new MLPClassifier(small).fit(X, classes as never);
    await expect(attempt).rejects.toThrow(type);
    await expect(attempt).rejects.toThrow(message);
  });

  it.each<[unknown, new (message: string) => Error, string]>([
    ["1234", TypeError, "y: expected a list with a target for each row, got"],
    [["1", 2, 3, 4], TypeError, "y: row 0: expected a number, got"],
    [[1, 2, 3, Infinity], RangeError, "y: row 3: expected a finite number, got Infinity"],
    [[1, 2, 3, 1e300], RangeError, "y: row 3: expected a finite number, got 1e+300 (too large for float32)"],
    [[[1], [2], [3], [4]], TypeError, "y: row 0: expected a number, got"],
  ])("of a regressor, which stays as it was: %j", async (values, type, message) => {
    using model = await new MLPRegressor(small).fit(X, [1, 2, 3, 4]);
    const before = model.predict(X);
    const attempt = model.fit(X, values as never);
    await expect(attempt).rejects.toThrow(type);
    await expect(attempt).rejects.toThrow(message);
    expect(model.predict(X)).toEqual(before);
  });

  it("a score says when classes are of another kind than the model's", async () => {
    using model = await new MLPClassifier(small).fit(X, [0, 0, 1, 1]);
    expect(() => model.score(X, ["0", "0", "1", "1"])).toThrow(TypeError);
    await expect(model.partialFit(X, ["0", "0", "1", "1"])).rejects.toThrow(
      "y[0]: expected one of the classes 0, 1, got",
    );
  });
});

describe("what changes after the call has no effect", () => {
  it("X, y and classes while fit or partialFit is awaited", async () => {
    for (const call of ["fit", "partialFit"] as const) {
      using expected = new MLPClassifier(small);
      await expected[call](X, [0, 0, 1, 2], [0, 1, 2]);
      using model = new MLPClassifier(small);
      const [rows, classes, all] = [structuredClone(X), [0, 0, 1, 2], [0, 1, 2]];
      const fitted = model[call](rows, classes, all);
      for (const row of rows) row.fill(9);
      classes.reverse();
      all.fill(7);
      await fitted;
      expect(model.coefs).toEqual(expected.coefs);
      expect(model.classes).toEqual([0, 1, 2]);
    }
    const values = new Float64Array([1, 2, 3, 4]);
    using expected = await new MLPRegressor(small).fit(X, values.slice());
    using model = new MLPRegressor(small);
    const fitted = model.fit(X, values);
    values.fill(0);
    await fitted;
    expect(model.coefs).toEqual(expected.coefs);
  });

  it("the options, and what an estimator hands out", async () => {
    const hiddenLayerSizes = [4];
    const options = { maxIter: 3, hiddenLayerSizes };
    using model = new MLPClassifier(options);
    hiddenLayerSizes[0] = 9;
    options.maxIter = 50;
    await model.fit(X, y);
    expect(model.coefs.map(({ length }) => length)).toEqual([4, 4]);
    expect(model.nIter).toBe(3);
    expect(() => Object.assign(model.options, { maxIter: 5 })).toThrow(TypeError);
    expect(() => (model.options.hiddenLayerSizes as number[]).push(5)).toThrow(TypeError);
    expect(() => (model.classes as string[]).sort()).toThrow(TypeError);
    const [weights] = model.coefs as [Float32Array];
    weights.fill(0);
    expect(model.coefs[0]).not.toEqual(weights);
  });
});

describe("coefs and intercepts", () => {
  it("may be set, and are what it predicts by", async () => {
    using model = await new MLPRegressor({ maxIter: 1, hiddenLayerSizes: [2] }).fit(X, [1, 2, 3, 4]);
    model.coefs = [[1, -1], new Float64Array([2, 3])];
    model.intercepts = [[0, 1], [0.5]];
    // 2·relu(x) + 3·relu(1 − x) + ½
    expect(model.predict(X)).toEqual([3.5, 2.5, 4.5, 6.5]);
    expect(model.coefs.map((list) => [...list])).toEqual([
      [1, -1],
      [2, 3],
    ]);
  });

  it("are what a warm start and partialFit begin with", async () => {
    using first = await new MLPClassifier({ ...small, warmStart: true, randomState: 1 }).fit(X, y);
    using second = await new MLPClassifier({ ...small, warmStart: true, shuffle: false, randomState: 2 }).fit(X, y);
    using third = await new MLPClassifier({ ...small, warmStart: true, shuffle: false, randomState: 3 }).fit(X, y);
    for (const model of [second, third]) {
      [model.coefs, model.intercepts] = [first.coefs, first.intercepts];
      await model.fit(X, y);
    }
    expect(third.coefs).toEqual(second.coefs);
    expect(third.coefs).not.toEqual(first.coefs);
  });

  it("are refused when they do not fit; nothing is set then", async () => {
    const model = new MLPClassifier(small);
    expect(() => {
      model.coefs = [[1]];
    }).toThrow("this estimator was used before fit");
    await model.fit(X, y);
    const before = model.coefs;
    for (const [coefs, type, message] of [
      [[[1, 2, 3, 4]], ShapeError, "coefs: expected 2 arrays, one a layer, got 1"],
      [[[5, 5, 5, 5], [1]], ShapeError, "coefs[1]: expected 4 × 1 numbers, row by row, got 1"],
      [
        [
          [5, 5, 5, 5],
          [1, 2, 3, Number.NaN],
        ],
        RangeError,
        "coefs[1][3]: expected a finite number, got NaN",
      ],
      [
        [
          [5, 5, 5, 5],
          [1, 2, 3, 1e39],
        ],
        RangeError,
        "coefs[1][3]: expected a finite number, got 1e+39 (too large for float32)",
      ],
      [
        [
          [5, 5, 5, 5],
          [1, 2, 3, "4"],
        ],
        TypeError,
        "coefs[1][3]: expected a number, got",
      ],
      [[[[5, 5, 5, 5]], [1, 2, 3, 4]], ShapeError, "coefs[0]: expected 1 × 4 numbers, row by row, got 1"],
      ["weights", TypeError, "coefs: expected a list with an array for each layer, got"],
      [[[5, 5, 5, 5], "1234"], TypeError, "coefs[1]: expected a list of numbers, row by row, got"],
    ] as const) {
      const set = () => {
        model.coefs = coefs as never;
      };
      expect(set).toThrow(type);
      expect(set).toThrow(message);
      expect(model.coefs).toEqual(before);
    }
    expect(() => {
      model.intercepts = [[1, 2, 3, 4], []];
    }).toThrow("intercepts[1]: expected 1 numbers");
    const fitted = model.fit(X, y);
    expect(() => {
      model.coefs = before;
    }).toThrow("expected one training at a time");
    await fitted;
    model.dispose();
  });
});

describe("options", () => {
  it.each<[MLPOptions | Record<string, unknown>, new (message: string) => Error, string]>([
    [{ momentum: 1.5 }, RangeError, "momentum: expected a finite number of at least 0 and at most 1, got 1.5"],
    [{ alpha: "0.1" }, TypeError, "alpha: expected a number, got"],
    [{ learningRateInit: 0 }, RangeError, "learningRateInit: expected a finite number above 0, got 0"],
    [{ maxIter: Infinity }, RangeError, "maxIter: expected an integer of at least 1, got Infinity"],
    [{ nIterNoChange: 0 }, RangeError, "nIterNoChange: expected an integer of at least 1, got 0"],
    [{ nIterNoChange: -Infinity }, RangeError, "nIterNoChange: expected an integer of at least 1, got -Infinity"],
    [{ nIterNoChange: "10" }, TypeError, "nIterNoChange: expected a number, got"],
    [{ batchSize: "all" }, TypeError, 'batchSize (unless it is "auto"): expected a number, got'],
    [{ batchSize: 0 }, RangeError, 'batchSize (unless it is "auto"): expected an integer of at least 1, got 0'],
    [{ hiddenLayerSizes: 100 }, TypeError, "hiddenLayerSizes: expected a list of integers, got 100"],
    [{ hiddenLayerSizes: ["5"] }, TypeError, "hiddenLayerSizes[0]: expected a number, got"],
    [{ hiddenLayerSizes: new Array(1) }, TypeError, "hiddenLayerSizes[0]: expected a number, got undefined"],
    [{ activation: 5 }, TypeError, 'activation: expected "identity", "logistic", "tanh" or "relu", got 5'],
    [{ validationFraction: 1 }, RangeError, "validationFraction: expected a finite number above 0 and below 1, got 1"],
    [{ beta1: 1 }, RangeError, "beta1: expected a finite number of at least 0 and below 1, got 1"],
    [{ epsilon: null }, TypeError, "epsilon: expected a number, got null"],
  ])("refuses %j", (options, type, message) => {
    expect(() => new MLPClassifier(options as MLPOptions)).toThrow(type);
    expect(() => new MLPClassifier(options as MLPOptions)).toThrow(message);
  });
});

it("a network that no memory can hold is refused, and the one there is stays", async () => {
  using model = await new MLPClassifier({ hiddenLayerSizes: [40_000], maxIter: 1 }).fit(X, y);
  const before = model.predictProba(X);
  const wide = [new Float32Array(30_000), new Float32Array(30_000)];
  await expect(model.fit(wide, ["c", "d"])).rejects.toThrow("expected at most 1073741824 weights");
  expect(model.predictProba(X)).toEqual(before);
  expect(model.classes).toEqual(["a", "b"]);
});

describe("any number of rows", () => {
  it("200 000 are predicted, scored and trained on", async () => {
    const rows = 200_000;
    const table = { data: Float32Array.from({ length: rows }, (_, row) => row / rows), rows, columns: 1 };
    const values = Float64Array.from({ length: rows }, (_, row) => row / rows);
    const options: MLPOptions = { maxIter: 1, hiddenLayerSizes: [2], batchSize: 1000, earlyStopping: true };
    using regressor = await new MLPRegressor({ ...options, learningRateInit: 0.01 }).fit(table, values);
    expect(regressor.predict(table)).toHaveLength(rows);
    expect(regressor.score(table, values)).toBeLessThanOrEqual(1);
    const classes = Array.from(values, (value) => (value > 0.5 ? "b" : "a"));
    using classifier = await new MLPClassifier(options).fit(table, classes);
    expect(classifier.predict(table)).toHaveLength(rows);
    expect(classifier.predictProba(table)).toHaveLength(rows);
    expect(classifier.score(table, classes)).toBeGreaterThan(0.4);
  });

  it("200 000 classes are listed in messages by the first ten", async () => {
    using model = new MLPClassifier(small);
    const classes = Array.from({ length: 100_000 }, (_, label) => label);
    await expect(model.partialFit(X, [-1, 0, 1, 2], classes)).rejects.toThrow(
      "y[0]: expected one of the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 99990 more, got -1",
    );
  });
});
