import { describe, expect, it } from "vitest";
import { categoricalColumn, FormatError, Preprocessor, selectRows, textAt, trainTestSplit } from "../../src/index.js";
import { type CsvOptions, parseCsv, readCsv } from "../../src/tables/csv/csv.js";

const TEXT = '\ufeffage,"home, town",income,kind\n30,Ulm,1.5,a\n?,"St. ""X""",NA,b\n50,Ulm,2.5,a\n40,,3.5,b\n';

describe("parseCsv", () => {
  it("finds numbers, names and what is missing", () => {
    expect(parseCsv(TEXT)).toEqual({
      rows: 4,
      columns: [
        { name: "age", kind: "numeric", values: Float64Array.of(30, Number.NaN, 50, 40) },
        categoricalColumn("home, town", ["Ulm", 'St. "X"', "Ulm", undefined]),
        {
          name: "income",
          kind: "numeric",
          values: Float64Array.of(1.5, Number.NaN, 2.5, 3.5),
          texts: { rows: 1, examples: ["NA"] },
        },
        categoricalColumn("kind", ["a", "b", "a", "b"]),
      ],
      origin: {
        file: "CSV",
        unit: "line",
        numbers: Int32Array.of(2, 3, 4, 5),
        columns: ["age", "home, town", "income", "kind"],
      },
    });
  });

  it("does without a header, with other delimiters", () => {
    const { columns } = parseCsv("1;2\n3;4\n", "x.csv", { header: false });
    expect(columns.map((column) => [column.name, textAt(column, 0), textAt(column, 1)])).toEqual([
      ["column1", "1", "3"],
      ["column2", "2", "4"],
    ]);
  });

  it("refuses a delimiter that cannot be one, for which Papa Parse takes a comma", () => {
    for (const delimiter of ['"', "\n", "\r", "\ufeff"]) {
      expect(() => parseCsv("a,b\n1,2\n", "f", { delimiter })).toThrow(RangeError);
      expect(() => parseCsv("a,b\n1,2\n", "f", { delimiter })).toThrow(
        "CSV: delimiter: expected one character that is",
      );
    }
    for (const delimiter of ["", ";;", 5]) {
      expect(() => parseCsv("a,b\n1,2\n", "f", { delimiter } as never)).toThrow(TypeError);
    }
  });

  it.each([
    ["a,b\n1,2\n3\n", "x.csv: line 3: expected 2 fields, got 1"],
    ['\n\na,b\r\n1,"x\n\ny"\n\n3\n', "x.csv: line 8: expected 2 fields, got 1"],
    ['a,b\r\n1,"x\r\ny"\r\n\r\n3\r\n', "x.csv: line 5: expected 2 fields, got 1"],
    ['a,b\r1,"x\ry"\r3\r', "x.csv: line 4: expected 2 fields, got 1"],
    ["a,a\n1,2\n", 'column "a": expected each name once'],
    ["a,b\n", "expected at least one row of data, got none"],
    ["", "expected at least one row of data, got none"],
    ['a,b\n1,"2\n', "x.csv: line 2: expected the quoted field that begins here to be closed"],
    ['a,b\n1,"2" 3"\n', "x.csv: line 2: expected quotes within a quoted field to be doubled"],
  ])("refuses %j", (text, message) => {
    expect(() => parseCsv(text, "x.csv")).toThrow(FormatError);
    expect(() => parseCsv(text, "x.csv")).toThrow(message);
  });
});

describe("integers of more digits than a float64 has", () => {
  const ids = ["1234567890123456701", "1234567890123456702", "-1234567890123456789", "1234567890123999999"];
  const text = `x,user\n${[7, ...ids].map((id, row) => `${row},${id}`).join("\n")}\n`;

  it("are names, as they are written, and so are the shorter ones beside them", async () => {
    const names = categoricalColumn("user", ["7", ...ids]);
    expect(parseCsv(text).columns[1]).toEqual(names);
    expect((await readCsv(() => [text])).columns[1]).toEqual(names);
    expect(Preprocessor.fit(parseCsv(text), "user").config.classes).toEqual(["7", ...ids].sort());
  });

  it("are numbers where these are asked for, as are those without a digit to lose", () => {
    const read = parseCsv(text, "CSV", { kinds: { user: "numeric" } });
    expect(read.columns[1]).toMatchObject({ values: Float64Array.from([7, ...ids].map(Number)) });
    const others = [
      "9007199254740991",
      "100000000000000000000",
      "0.12345678901234567890",
      "12345678901234567890.5",
      "1e300",
    ];
    expect(parseCsv(`a\n${others.join("\n")}\n`).columns[0]).toMatchObject({
      values: Float64Array.from(others.map(Number)),
    });
    expect(parseCsv("a\n9007199254740993\n").columns[0]).toMatchObject({ categories: ["9007199254740993"] });
  });
});

it("a message names the line of the file, however the file is cut into parts", async () => {
  const rows = Array.from({ length: 30_000 }, (_, row) =>
    row % 7 === 0 ? `${row},"two\nlines, ${row}"` : `${row},one ${row}`,
  );
  for (const wrong of [1, 100, 20_000, 29_999]) {
    const text = `a,b\n${rows.with(wrong, `${wrong},2,3`).join("\n")}\n`;
    // The header, the rows before, and one line more for every seventh of them.
    const line = 1 + wrong + Math.ceil(wrong / 7) + 1;
    const message = `x.csv: line ${line}: expected 2 fields, got 3`;
    expect(() => parseCsv(text, "x.csv")).toThrow(message);
    const bytes = new TextEncoder().encode(text);
    const parts = Array.from({ length: Math.ceil(bytes.length / 70_001) }, (_, part) =>
      bytes.subarray(part * 70_001, (part + 1) * 70_001),
    );
    await expect(readCsv(() => parts, "x.csv")).rejects.toThrow(message);
  }
});

describe("decimal commas", () => {
  /** Name, decimal mark and values of each column; texts of one of names. */
  const read = (text: string, options: CsvOptions = {}) =>
    parseCsv(text, "x.csv", options).columns.map((column) => {
      if (column.kind === "categorical") return [column.name, [...column.codes].map((code) => column.categories[code])];
      return [column.name, column.kind === "numeric" ? (column.decimal ?? ".") : column.kind, [...column.values]];
    });

  it("are found for each column, where commas do not delimit", () => {
    const text = "weight;rate;count;date;kind\n1,5;2.7;3;12.03.2020;u\n-,25;1e-3;4;13.03.2020;v\n;0.5;5;14.03.2020;v\n";
    expect(read(text)).toEqual([
      ["weight", ",", [1.5, -0.25, Number.NaN]],
      ["rate", ".", [2.7, 1e-3, 0.5]],
      ["count", ".", [3, 4, 5]],
      ["date", "date", [12, 13, 14].map((day) => Date.UTC(2020, 2, day))],
      ["kind", ["u", "v", "v"]],
    ]);
    expect(read("a\tb\n1,5e3\t2\n")).toEqual([
      ["a", ",", [1500]],
      ["b", ".", [2]],
    ]);
  });

  it("are found without a header, whose absence they show, too", () => {
    const expected = [
      ["column1", ",", [1.5, 2.5]],
      ["column2", ",", [2.7, 3]],
    ];
    expect(read("1,5;2,7\n2,5;3\n")).toEqual(expected);
    expect(read("1,5\t2,7\n2,5\t3\n")).toEqual(expected);
    expect(read("1,5;2,7\n2,5;3,0\n")).toEqual(expected);
  });

  it("of a column that shows none in the first hundred rows are those of the others", () => {
    const rows = (first: string) => Array.from({ length: 200 }, () => `${first};7\n`).join("");
    expect(read(`a;b\n${rows("1,5")}2;7,5\n`)[1]).toEqual(["b", ",", [...new Array(200).fill(7), 7.5]]);
    expect(read(`a;b\n${rows("1.5")}2;7,5\n`)[1]?.[1]).toHaveLength(201);
  });

  it("do not hang on the parts that a file comes in, nor on where its beginning is cut", async () => {
    const text = `left;right\n${Array.from({ length: 9000 }, (_, row) => `${row},25;${row}\n`).join("")}`;
    const expected = parseCsv(text);
    expect(expected.columns[0]).toMatchObject({ kind: "numeric", decimal: "," });
    for (const size of [7, 1000, 65_535, 65_537]) {
      const bytes = new TextEncoder().encode(text);
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(
        await readCsv(() =>
          (async function* () {
            yield* parts;
          })(),
        ),
      ).toEqual(expected);
    }
  });

  it("are read as the caller says, in quotes between commas, too; and points are names then", () => {
    expect(read('a,b\n"1,5",2.5\n2,3\n', { decimal: "," })).toEqual([
      ["a", ",", [1.5, 2]],
      ["b", ["2.5", "3"]],
    ]);
    expect(read("a;b\n1,5;2\n", { decimal: "." })[0]).toEqual(["a", ["1,5"]]);
    expect(read("a;b\n1,234,5;2\n")[0]).toEqual(["a", ["1,234,5"]]);
  });

  it("leave files with commas between their fields as they were", () => {
    expect(read("1,2,A|B\n3,4,C|D\n").map(([name]) => name)).toEqual(["column1", "column2", "column3"]);
    expect(read("id,text\n1,a;b\n2,c;d\n")).toEqual([
      ["id", ".", [1, 2]],
      ["text", ["a;b", "c;d"]],
    ]);
  });

  it("refuse what is neither a point nor a comma", () => {
    expect(() => read("a\n1\n", { decimal: ";" as "," })).toThrow(RangeError);
    expect(() => read("a\n1\n", { decimal: 1 as unknown as "," })).toThrow('decimal: expected "." or ",", got 1');
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
    const preprocessor = Preprocessor.fit(rows, "income", { scaling: "minmax" });
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
      "CSV: line 3: target income: expected a value in every row, got none",
    );
    expect(() => Preprocessor.fit(table, "kind", { task: "regression" })).toThrow(
      "expected numbers for a regression, got text",
    );
    const preprocessor = Preprocessor.fit(selectRows(table, [0, 1, 2]), "kind");
    expect(() => preprocessor.transform(parseCsv("age\n1\n"))).toThrow(
      `expected columns "home, town", "income", got age`,
    );
    const far = parseCsv('age,"home, town",income\n1,x,1\n1e300,x,2\n');
    expect(() => preprocessor.transform(far)).toThrow(
      "CSV: line 3: column age: expected a number that is finite when scaled, got 1e+300",
    );
    expect(() => preprocessor.targets(parseCsv("kind\nc\n"))).toThrow(
      "CSV: line 2: target kind: expected one of a, b, got c",
    );
  });

  it("names rows by the lines of their file, through quoted line ends, empty lines, parts and selections", async () => {
    const text = 'a,b\n1,x\n\n2,"x\ny"\n3,x\n1e300,x\n';
    const parts = async function* () {
      for (let at = 0; at < text.length; at += 3) yield new TextEncoder().encode(text.slice(at, at + 3));
    };
    const many = `a,b\n${'1,"\n"\n2,x\n'.repeat(200_000)}`;
    for (const table of [parseCsv(text, "t.csv"), await readCsv(parts, "t.csv")]) {
      expect(table.origin).toEqual({
        file: "t.csv",
        unit: "line",
        numbers: Int32Array.of(2, 4, 6, 7),
        columns: ["a", "b"],
      });
      const preprocessor = Preprocessor.fit(selectRows(table, [0, 1, 2]), "b");
      expect(() => preprocessor.transform(selectRows(table, [0, 3]))).toThrow("t.csv: line 7: column a: expected");
      const { origin, ...own } = selectRows(table, [0, 3]);
      expect(() => preprocessor.transform(own)).toThrow(/^row 2: column a: expected/);
    }
    const { numbers } = parseCsv(many, "m.csv").origin ?? {};
    expect([numbers?.length, numbers?.[1], numbers?.at(-1)]).toEqual([400_000, 4, 600_001]);
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

describe("sizes of a CSV file", () => {
  it("a row of too many fields is refused, wherever it is and however it is quoted", () => {
    const wide = ",".repeat(2_000_000);
    expect(() => parseCsv(wide, "f")).toThrow("f: line 1: expected at most 65536 fields, got more");
    expect(() => parseCsv(`"x",${wide}`, "f")).toThrow("f: line 1: expected at most 65536 fields, got more");
    expect(() => parseCsv(`a,b\n1,2\n${wide}`, "f")).toThrow(FormatError);
  });

  it("a row of 60 000 fields is read", () => {
    const header = Array.from({ length: 60_000 }, (_, index) => `"g,${index}"`).join();
    const table = parseCsv(`${header}\n${",1".repeat(59_999)}\n`);
    expect(table.columns.length).toBe(60_000);
    expect(table.columns[59_999]).toEqual({ name: "g,59999", kind: "numeric", values: Float64Array.of(1) });
  });

  it("a quote that does not close is parsed a few times, not with each part", async () => {
    const parts = ['a,b\n1,2\n3,"', ...Array.from({ length: 4000 }, () => "x".repeat(1000))];
    await expect(readCsv(() => parts, "f")).rejects.toThrow("f: line 3: expected the quoted field that begins here");
  }, 5000);

  it("empty lines are read over in little time, and counted", () => {
    expect(() => parseCsv(`a,b\n1,2\n${"\n".repeat(20_000_000)}3\n`, "f")).toThrow(
      "f: line 20000003: expected 2 fields, got 1",
    );
  }, 5000);
});
