import vm from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracyScore,
  classScores,
  confusionMatrix,
  f1Score,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  precisionRecallF1,
  precisionScore,
  r2Score,
  recallScore,
  ShapeError,
  topKAccuracyScore,
  uniqueLabels,
} from "../../src/index.js";

type Metric = (actual: never, predicted: never) => unknown;

const OF_CLASSES: Readonly<Record<string, Metric>> = {
  accuracyScore,
  confusionMatrix,
  precisionRecallF1,
  precisionScore,
  recallScore,
  f1Score,
};
const OF_VALUES: Readonly<Record<string, Metric>> = { meanSquaredError, meanAbsoluteError, r2Score };

const otherRealm = (code: string) => vm.runInNewContext(code);

describe("metrics take", () => {
  it("numbers, names, true and false", () => {
    expect(accuracyScore(["a", "b"], ["a", "c"])).toBe(0.5);
    expect(accuracyScore([true, false], [true, true])).toBe(0.5);
    expect(confusionMatrix(["b", "a"], ["b", "c"])).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(uniqueLabels([3, 10, -1], [3, 2])).toEqual([-1, 2, 3, 10]);
    expect(uniqueLabels([true, false])).toEqual([false, true]);
  });

  it("arrays of every type and realm, and array-likes", () => {
    const lists = [
      [0, 1, 1],
      new Uint8Array([0, 1, 1]),
      new Float64Array([0, 1, 1]),
      Buffer.from([0, 1, 1]),
      otherRealm("[0, 1, 1]"),
      otherRealm("new Int32Array([0, 1, 1])"),
      { length: 3, 0: 0, 1: 1, 2: 1 },
    ];
    for (const actual of lists) {
      for (const predicted of lists) {
        expect(accuracyScore(actual, predicted)).toBe(1);
        expect(f1Score(actual, predicted)).toBe(1);
        expect(r2Score(actual, predicted)).toBe(1);
        expect(logLoss(actual, predicted)).toBeCloseTo(0, 6);
      }
    }
  });

  it("the ε of float32 for Float32Arrays of any realm, also as rows", () => {
    const loss = -Math.log(2 ** -23);
    for (const p of ["new Float32Array([0])", "[new Float32Array([1, 0])]", "new Float32Array([1, 0])"]) {
      expect(logLoss([1], otherRealm(p))).toBeCloseTo(loss, 6);
    }
    expect(logLoss([1], [0])).toBeCloseTo(-Math.log(2 ** -52), 12);
    expect(logLoss([1, 1], [new Float32Array([1, 0]), [1, 0]])).toBeCloseTo(-Math.log(2 ** -52), 12);
  });

  it("an estimator's classes and rows of probabilities", () => {
    const p = [
      [0.1, 0.9],
      [0.8, 0.2],
    ];
    const labels = ["no", "yes"];
    expect(logLoss(["yes", "no"], p, { labels })).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8)) / 2, 12);
    expect(logLoss(["yes", "no"], p, { labels: ["yes", "no"] })).toBeCloseTo(-(Math.log(0.1) + Math.log(0.2)) / 2, 12);
    expect(topKAccuracyScore(["yes", "yes"], p, { labels, k: 1 })).toBe(0.5);
  });
});

describe("R² of constant targets", () => {
  it("is 1 when they are met and 0 otherwise, whatever their mean is rounded to", () => {
    // The sum of three times 0.1 is not 0.3: around the rounded mean, a spread of 6e-34 is left.
    for (let rows = 2; rows <= 100; ++rows) {
      const actual = new Array<number>(rows).fill(0.1);
      expect(r2Score(actual, actual)).toBe(1);
      expect(r2Score(actual, new Array<number>(rows).fill(0.2))).toBe(0);
      expect(r2Score(actual, [0.1 + 2 ** -50, ...actual.slice(1)])).toBe(0);
    }
  });

  it("is what scikit-learn's definition says, for any constant", () => {
    const finite = fc.double({ noNaN: true, min: -1e100, max: 1e100 });
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 20 }), (constant, other, rows) => {
        const actual = new Array<number>(rows).fill(constant);
        const met = constant === other || (constant - other) ** 2 === 0;
        expect(r2Score(actual, new Array<number>(rows).fill(other))).toBe(met ? 1 : 0);
      }),
    );
  });

  it("is NaN for a single row, as in scikit-learn", () => {
    expect(r2Score([1], [1])).toBeNaN();
  });
});

describe.each(Object.entries(OF_CLASSES))("%s refuses", (_, metric) => {
  it.each<[string, unknown, unknown, new (message: string) => Error, string]>([
    ["lists of different lengths", [1], [1, 2], ShapeError, "predicted: expected one for each of 1 rows, got 2"],
    ["no rows", [], [], RangeError, "actual: expected at least one row, got none"],
    ["text against numbers", ["1"], [1], TypeError, "predicted[0]: expected a string as in actual, got 1"],
    ["numbers against text", [1, 0], [1, "0"], TypeError, "predicted[1]: expected a number as in actual, got"],
    ["numbers against flags", [1], [true], TypeError, "predicted[0]: expected a number as in actual, got true"],
    ["several kinds", [1, "1"], [1, 1], TypeError, "actual[1]: expected a number as the others, got"],
    ["NaN", [1, Number.NaN], [1, 1], RangeError, "actual[1]: expected an integer for a class, got NaN"],
    ["a probability", [1, 0], [0.9, 0.2], RangeError, "predicted[0]: expected an integer for a class, got 0.9"],
    [
      "integers that are not told apart",
      [2 ** 53],
      [2 ** 53 + 2],
      RangeError,
      "actual[0]: expected an integer of at most 2^53 - 1, or a string, for a class, got 9007199254740992",
    ],
    ["infinity", [1], [Infinity], RangeError, "expected an integer for a class, got Infinity"],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ["holes", [1, , 1], [1, 1, 1], TypeError, "actual[1]: expected a number as the others, got undefined"],
    [
      "null",
      [null],
      [null],
      TypeError,
      "actual[0]: expected a number, a string, or true or false as a class, got null",
    ],
    [
      "large integers",
      new BigInt64Array(1),
      [0],
      TypeError,
      "actual[0]: expected a number, a string, or true or false",
    ],
    ["rows of labels", [[1]], [[1]], TypeError, "actual[0]: expected a number, a string, or true or false"],
    ["text for a list", "ab", "ab", TypeError, "actual: expected a list, got"],
    ["a Map", new Map([[0, 1]]), [1], TypeError, "actual: expected a list, got"],
    ["a number", [1], 1, TypeError, "predicted: expected a list, got 1"],
    ["nothing", undefined, [1], TypeError, "actual: expected a list, got undefined"],
  ])("%s", (_name, actual, predicted, type, message) => {
    const run = () => metric(actual as never, predicted as never);
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});

describe.each(Object.entries(OF_VALUES))("%s refuses", (_, metric) => {
  it.each<[string, unknown, unknown, new (message: string) => Error, string]>([
    ["lists of different lengths", [1, 2], [1], ShapeError, "predicted: expected one for each of 2 rows, got 1"],
    ["no rows", [], [], RangeError, "actual: expected at least one row, got none"],
    ["text", [1, 2], [1, "2"], TypeError, "predicted[1]: expected a number, got"],
    ["NaN", [1, Number.NaN], [1, 2], RangeError, "actual[1]: expected a finite number, got NaN"],
    ["infinity", [1, 2], [1, Infinity], RangeError, "predicted[1]: expected a finite number, got Infinity"],
    ["no list", [1], new Map(), TypeError, "predicted: expected a list, got"],
  ])("%s", (_name, actual, predicted, type, message) => {
    const run = () => metric(actual as never, predicted as never);
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});

describe("labels", () => {
  const takers: Record<string, (labels: never) => unknown> = {
    confusionMatrix: (labels) => confusionMatrix([1, 2, 2], [1, 1, 2], { labels }),
    precisionRecallF1: (labels) => precisionRecallF1([1, 2, 2], [1, 1, 2], { labels }),
    f1Score: (labels) => f1Score([1, 2, 2], [1, 1, 2], { labels, average: "macro" }),
    logLoss: (labels) => logLoss([1, 2], [0.5, 0.5, 0.5, 0.5], { labels }),
    topKAccuracyScore: (labels) => topKAccuracyScore([1, 2], [0.5, 0.5, 0.5, 0.5], { labels }),
  };

  it.each(Object.entries(takers))(
    "of %s: none, twice the same, unknown ones and other kinds are refused",
    (_, take) => {
      expect(() => take([1, 2] as never)).not.toThrow();
      for (const [labels, type, message] of [
        [[], RangeError, "labels: expected at least one class, got none"],
        [[1, 2, 1], RangeError, "labels[2]: expected each class once, got 1 again"],
        [[7], RangeError, "labels: expected a class that occurs, got 7"],
        [[7, 8], RangeError, "labels: expected a class that occurs, got 7 and others"],
        [["1"], TypeError, "labels[0]: expected a number as in actual, got"],
        [[1, "2"], TypeError, "labels[1]: expected a number as in actual, got"],
        [[1, Number.NaN], RangeError, "labels[1]: expected an integer for a class, got NaN"],
        [1, TypeError, "labels: expected a list of classes, got 1"],
        ["12", TypeError, "labels: expected a list of classes, got"],
      ] as const) {
        expect(() => take(labels as never)).toThrow(type);
        expect(() => take(labels as never)).toThrow(message);
      }
    },
  );

  it("of scores may be predicted only, of a confusion matrix must be there", () => {
    expect(precisionRecallF1([0, 0], [0, 3], { labels: [3] })).toEqual([
      { label: 3, precision: 0, recall: 0, f1: 0, support: 0 },
    ]);
    expect(() => confusionMatrix([0, 0], [0, 3], { labels: [3] })).toThrow("labels: expected a class that occurs");
  });

  it("uniqueLabels refuses lists of several kinds", () => {
    expect(() => uniqueLabels<number | string>([1], ["1"])).toThrow(TypeError);
    expect(() => uniqueLabels("abc" as never)).toThrow("lists[0]: expected a list of classes");
  });
});

describe("the average of scores", () => {
  const scores = { precisionScore, recallScore, f1Score };

  it.each(Object.entries(scores))(
    "%s is that of the positive class by default, and says when it cannot be",
    (_, score) => {
      expect(score([0, 1, 1], [0, 1, 1])).toBe(1);
      for (const [call, type, message] of [
        [
          () => score([0, 1, 2], [0, 1, 2]),
          RangeError,
          "average: expected macro, micro or weighted for 3 classes, got binary, the default",
        ],
        [() => score([0, 1, 2], [0, 1, 2], { average: "binary" }), RangeError, "for 3 classes, got binary"],
        [
          () => score(["a", "b"], ["b", "b"]),
          TypeError,
          'posLabel: expected "a" or "b" (or another average than binary), got 1, the default',
        ],
        [() => score([2, 4], [2, 4]), RangeError, "posLabel: expected 2 or 4 (or another average than binary), got 1"],
        [() => score([0, 1], [0, 1], { posLabel: 5 }), RangeError, "posLabel: expected 0 or 1"],
        [() => score([0, 1], [0, 1], { posLabel: "1" }), TypeError, "average than binary), got"],
      ] as const) {
        expect(call).toThrow(type);
        expect(call).toThrow(message);
      }
    },
  );

  it.each(Object.entries(scores))("%s: every option has an effect or is refused", (name, score) => {
    const [actual, predicted] = [
      [0, 1, 1],
      [0, 1, 0],
    ];
    for (const [options, type, message] of [
      [{ average: "samples" }, RangeError, "average: expected binary, macro, micro, weighted, got"],
      [{ average: null }, RangeError, "average: expected binary, macro, micro, weighted, got null"],
      [{ labels: [1] }, TypeError, "labels: expected an average of macro, micro or weighted beside them, got binary"],
      [{ posLabel: 1, average: "macro" }, TypeError, "posLabel: expected an average of binary beside it, got macro"],
      [{ zeroDivision: 0.5 }, RangeError, "zeroDivision: expected 0 or 1, got 0.5"],
      [{ zeroDivision: "warn" }, RangeError, "zeroDivision: expected 0 or 1, got"],
      [
        { pos_label: 1 },
        TypeError,
        `${name}: expected the options labels, zeroDivision, average, posLabel, got pos_label`,
      ],
      ["macro", TypeError, `${name}: options: expected an object, got`],
    ] as const) {
      expect(() => score(actual as number[], predicted as number[], options as never)).toThrow(type);
      expect(() => score(actual as number[], predicted as number[], options as never)).toThrow(message);
    }
    expect(() => score([0], [0], { average: undefined, posLabel: undefined } as never)).not.toThrow();
  });

  it("other metrics refuse options that they do not know", () => {
    for (const run of [
      () => confusionMatrix([1], [1], { label: [1] } as never),
      () => precisionRecallF1([1], [1], { average: "macro" } as never),
      () => logLoss([1], [0.5], { eps: 1e-15 } as never),
      () => topKAccuracyScore([1], [0.5, 0.5], 2 as never),
    ]) {
      expect(run).toThrow(TypeError);
    }
  });
});

describe("probabilities and scores", () => {
  it.each<[string, unknown, unknown, new (message: string) => Error, string]>([
    ["a class without a column", [3], [0.5, 0.5], RangeError, "actual[0]: expected an integer from 0 to 1, got 3"],
    ["a negative class", [-1], [0.5, 0.5], RangeError, "actual[0]: expected an integer from 0 to 1, got -1"],
    ["names without labels", ["a"], [0.5, 0.5], TypeError, "or the option labels, which names them), got"],
    ["NaN", [0], [0.5, Number.NaN], RangeError, "probabilities[1]: expected a number, got NaN"],
    ["text", [0], [0.5, "0.5"], TypeError, "probabilities[1]: expected a number, got"],
    ["rows of text", [0], ["ab"], TypeError, "probabilities[0]: expected a number, got"],
    ["less than 0", [0], [1.1, -0.1], RangeError, "row 0, column 0: expected a number from 0 to 1, got 1.1"],
    ["more than 1", [0, 1], [0.2, 1.5], RangeError, "row 1, column 0: expected a number from 0 to 1, got 1.5"],
    ["another sum than 1", [0], [0.5, 0.6], RangeError, "probabilities: row 0: expected a sum of 1, got 1.1"],
    ["rows of different lengths", [0, 1], [[0.5, 0.5], [1]], ShapeError, "probabilities[1]: expected 2 numbers, got 1"],
    ["too few rows", [0, 1], [[0.5, 0.5]], ShapeError, "probabilities: expected a row for each of 2, got 1"],
    ["an odd number", [0, 1], [0.5, 0.5, 0], ShapeError, "probabilities: expected as many for each of 2 rows, got 3"],
    ["a Map for a row", [0], [new Map()], TypeError, "probabilities[0]: expected a list of numbers, got"],
    ["empty rows", [0], [[]], ShapeError, "probabilities[0]: expected 1 numbers, got 0"],
    ["no rows", [], [], RangeError, "actual: expected at least one row, got none"],
    ["no list", 5, [0.5], TypeError, "actual: expected a list, got 5"],
  ])("logLoss refuses %s", (_, actual, probabilities, type, message) => {
    const run = () => logLoss(actual as never, probabilities as never);
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });

  it("logLoss asks for as many labels as columns, and for none but them", () => {
    const labels = ["a", "b", "c"];
    expect(() => logLoss(["a"], [0.5, 0.5], { labels })).toThrow("labels: expected one for each of 2 columns, got 3");
    expect(() => logLoss(["a", "z"], [0.5, 0.5], { labels: ["a", "b"] })).toThrow(
      "actual[1]: expected one of the labels, got",
    );
  });

  it("logLoss mends rounding: float32 probabilities need not add up to 1 exactly", () => {
    const row = Float32Array.from([0.1, 0.2, 0.3, 0.4]);
    expect(logLoss([3], row)).toBeCloseTo(-Math.log(0.4), 6);
    expect(logLoss([3], [...row])).toBeCloseTo(-Math.log(0.4), 6);
  });

  it("topKAccuracyScore refuses k and scores that do not fit", () => {
    expect(() => topKAccuracyScore([0], [0.5, 0.5], { k: 0 })).toThrow("k: expected an integer of at least 1, got 0");
    expect(() => topKAccuracyScore([0], [0.5, 0.5], { k: "1" as never })).toThrow(TypeError);
    expect(() => topKAccuracyScore([0], [0.5])).toThrow("scores: expected one for each of at least two classes");
    expect(() => topKAccuracyScore([0], [Number.NaN, 1])).toThrow("scores[0]: expected a number, got NaN");
    expect(topKAccuracyScore([0, 1], [-Infinity, 1, -Infinity, 1], { k: 1 })).toBe(0.5);
  });

  it("take any number of rows", () => {
    const rows = 200_000;
    const actual = Int32Array.from({ length: rows }, (_, row) => row % 2);
    const rowsOfTwo = Array.from(actual, (label) => [1 - label, label]);
    expect(logLoss(actual, rowsOfTwo)).toBeCloseTo(0, 12);
    expect(accuracyScore(actual, actual)).toBe(1);
    expect(f1Score(actual, actual)).toBe(1);
    expect(topKAccuracyScore(actual, rowsOfTwo, { k: 1 })).toBe(1);
    expect(r2Score(actual, actual)).toBe(1);
  });
});

describe("classScores", () => {
  it("refuses what is no square matrix of counts", () => {
    expect(() => classScores([[1, 2]])).toThrow(ShapeError);
    expect(() => classScores([[1]], ["a", "b"])).toThrow("labels: expected 1, got 2");
    expect(() => classScores([[-1]])).toThrow("confusion[0][0]: expected a finite number of at least 0, got -1");
    expect(() => classScores([["1" as never]])).toThrow(TypeError);
    expect(() => classScores("1" as never)).toThrow(TypeError);
    expect(() => classScores([undefined as never])).toThrow("confusion[0]: expected a list of counts, got undefined");
  });
});
