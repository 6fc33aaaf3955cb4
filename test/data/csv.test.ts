import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/data/csv.js";
import { categoricalColumn, FormatError, Preprocessor, selectRows, textAt, trainTestSplit } from "../../src/index.js";

const TEXT = '\ufeffage,"home, town",income,kind\n30,Ulm,1.5,a\n?,"St. ""X""",NA,b\n50,Ulm,2.5,a\n40,,3.5,b\n';

describe("parseCsv", () => {
  it("finds numbers, names and what is missing", () => {
    expect(parseCsv(TEXT)).toEqual({
      rows: 4,
      columns: [
        { name: "age", kind: "numeric", values: Float64Array.of(30, Number.NaN, 50, 40) },
        categoricalColumn("home, town", ["Ulm", 'St. "X"', "Ulm", undefined]),
        { name: "income", kind: "numeric", values: Float64Array.of(1.5, Number.NaN, 2.5, 3.5) },
        categoricalColumn("kind", ["a", "b", "a", "b"]),
      ],
    });
  });

  it("does without a header, with other delimiters", () => {
    const { columns } = parseCsv("1;2\n3;4\n", "x.csv", { header: false });
    expect(columns.map((column) => [column.name, textAt(column, 0), textAt(column, 1)])).toEqual([
      ["column1", "1", "3"],
      ["column2", "2", "4"],
    ]);
  });

  it.each([
    ["a,b\n1,2\n3\n", "row 2: expected 2 fields, got 1"],
    ["a,a\n1,2\n", 'column "a": expected each name once'],
    ["a,b\n", "expected at least one row of data, got none"],
    ["", "expected at least one row of data, got none"],
    ['a,b\n1,"2\n', "row 1: Quoted field unterminated"],
  ])("refuses %j", (text, message) => {
    expect(() => parseCsv(text, "x.csv")).toThrow(FormatError);
    expect(() => parseCsv(text, "x.csv")).toThrow(message);
  });
});

describe("Preprocessor", () => {
  const table = parseCsv(TEXT);

  it("scales numbers, gives each category a column, and keeps the classes' names", () => {
    const preprocessor = Preprocessor.fit(table, "kind");
    expect(preprocessor.config).toMatchObject({ task: "classification", classes: ["a", "b"] });
    const inputs = preprocessor.transform(table);
    expect(preprocessor.inputs).toBe(4);
    const s = Math.fround(Math.sqrt(1.5));
    expect(Array.from(inputs.subarray(0, 4))).toEqual([-s, 0, 1, -s].map(Math.fround));
    // Missing numbers are the mean, missing categories zero.
    expect(Array.from(inputs.subarray(4, 8))).toEqual([0, 1, 0, 0]);
    expect(Array.from(inputs.subarray(13, 15))).toEqual([0, 0]);
    expect(preprocessor.targets(table)).toEqual(Int32Array.of(0, 1, 0, 1));
  });

  it("scales the target of a regression and turns it back", () => {
    const rows = selectRows(table, [0, 2, 3]);
    const preprocessor = Preprocessor.fit(rows, "income", undefined, "minmax");
    expect(preprocessor.config.task).toBe("regression");
    expect(preprocessor.restore(preprocessor.targets(rows)).map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
      1.5, 2.5, 3.5,
    ]);
    expect(preprocessor.transform(rows)[0]).toBe(0);
  });

  it("comes back from its JSON, and from nothing else", () => {
    const preprocessor = Preprocessor.fit(table, "kind");
    const again = Preprocessor.parse(JSON.stringify(preprocessor.config));
    expect(again.transform(table)).toEqual(preprocessor.transform(table));
    for (const text of [
      undefined,
      "{",
      "null",
      "[]",
      '{"task":"classification"}',
      '{"task":"regression","target":"x","features":[{"name":"y","offset":0,"scale":0,"fill":0}],"targetOffset":0,"targetScale":1}',
    ]) {
      expect(() => Preprocessor.parse(text)).toThrow(FormatError);
    }
  });

  it("says what is wrong with a table", () => {
    expect(() => Preprocessor.fit(table, "size")).toThrow(
      'expected a column "size", got age, home, town, income, kind',
    );
    expect(() => Preprocessor.fit(table, "income")).toThrow(
      "target income: expected a value in every row, got none in row 2",
    );
    expect(() => Preprocessor.fit(table, "kind", "regression")).toThrow("expected numbers for a regression, got text");
    const preprocessor = Preprocessor.fit(selectRows(table, [0, 1]), "kind");
    expect(() => preprocessor.transform(parseCsv("age\n1\n"))).toThrow(`expected a column "home, town", got age`);
    const far = parseCsv("age,home,town\n1,2,x\n1e300,2,x\n");
    expect(() => preprocessor.transform(far)).toThrow(
      "row 2: expected a number that is finite when scaled, got 1e+300",
    );
    expect(() => preprocessor.targets(parseCsv("kind\nc\n"))).toThrow(
      "target kind: row 1: expected one of a, b, got c",
    );
  });
});

describe("trainTestSplit", () => {
  it("parts the rows, every class in its share, the same for the same seed", () => {
    const classes = Array.from({ length: 100 }, (_, row) => (row < 80 ? "a" : "b"));
    const { train, test } = trainTestSplit(100, { seed: 3, stratify: classes });
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(classes.map((_, row) => row));
    expect(test.filter((row) => row >= 80)).toHaveLength(5);
    expect(test).toHaveLength(25);
    expect(trainTestSplit(100, { seed: 3, stratify: classes }).train).toEqual(train);
    expect(trainTestSplit(100, { seed: 4, stratify: classes }).train).not.toEqual(train);
  });

  it("refuses parts without rows", () => {
    expect(() => trainTestSplit(3, { testSize: 0.1 })).toThrow("testSize: expected rows in both parts, got 0 of 3");
    expect(() => trainTestSplit(3, { testSize: 1 })).toThrow(RangeError);
    expect(() => trainTestSplit(3, { stratify: ["a"] })).toThrow(
      "stratify: expected a class for each of 3 rows, got 1",
    );
  });
});
