import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type Column,
  categoricalColumn,
  FormatError,
  findColumn,
  Preprocessor,
  type Table,
  textAt,
} from "../../src/index.js";
import { type CsvOptions, parseCsv, readCsv } from "../../src/tables/csv/csv.js";
import { parseDate } from "../../src/tables/dates.js";
import { readJsonLines } from "../../src/tables/jsonl/jsonl.js";
import { guessTask } from "../../src/tables/target.js";

const file = (name: string) => readFileSync(new URL(`../cases/${name}`, import.meta.url));
const names = ({ columns }: Table) => columns.map((column) => column.name);
const kinds = ({ columns }: Table) => columns.map((column) => column.kind);
const values = (column: Column) => (column.kind === "categorical" ? [] : [...column.values]);
/** The values of a column that stands beside one of names. */
const read = (texts: readonly string[], options: CsvOptions = {}) => {
  const quoted = texts.map((text, row) => `"${text}",${row % 2 ? "x" : "y"}`);
  return findColumn(parseCsv(`n,t\n${quoted.join("\n")}\n`, "f", options), "n");
};
const upTo = (rows: number, text: (row: number) => unknown) =>
  Array.from({ length: rows }, (_, row) => String(text(row)));

describe("headers", () => {
  const header = (text: string) => names(parseCsv(text));

  it("with numbers are found by the rows below", async () => {
    const table = await readCsv(() => [file("header-numbers.csv")]);
    expect(names(table)).toEqual(["target", "0", "1", "2", "3", "299"]);
    expect(table.rows).toBe(19);
    expect(header("0,1,2\n5,1,7\n2,2,2\n")).toEqual(["0", "1", "2"]);
    expect(header("country,1990,1991,1992\nA,1.5,2,3\nB,1,2,1\n")).toEqual(["country", "1990", "1991", "1992"]);
    expect(header(",0,1\n0,1.5,a\n1,2.5,b\n")).toEqual(["column1", "0", "1"]);
  });

  it("are not made of rows", () => {
    expect(header("5.1,3.5,setosa\n4.9,3.0,setosa\n")).toEqual(["column1", "column2", "column3"]);
    expect(header("1,2,3\n2,3,4\n")).toEqual(["column1", "column2", "column3"]);
    expect(header("p,x,s\ne,x,y\np,b,s\n")).toEqual(["column1", "column2", "column3"]);
    expect(header("kind,shape\np,x\ne,b\n")).toEqual(["kind", "shape"]);
  });

  it("of rows that end in a delimiter have no row names: what is wrong is said", () => {
    expect(() => parseCsv("a,b\n1,2,\n3,4,\n")).toThrow("line 2: expected 2 fields, got 3");
  });

  it("of R have a name less than the rows have fields, those of NumPy are in a comment", () => {
    expect(header('"mpg","cyl"\n"Mazda",21,6\n"Fiat",32,4\n')).toEqual(["column1", "mpg", "cyl"]);
    expect(header("# x, y\n1,2\n3,4\n")).toEqual(["x", "y"]);
    expect(header("# made by hand\n1,2\n3,4\n")).toEqual(["column1", "column2"]);
  });
});

describe("lines", () => {
  it.each(["comments.csv", "sep-line.csv"])("of %s before the header are read over", async (name) => {
    const table = await readCsv(() => [file(name)]);
    expect([names(table), kinds(table)]).toEqual([
      ["a", "b", "target"],
      ["numeric", "numeric", "categorical"],
    ]);
    // The line in the file, from 1.
    expect(table.origin?.numbers[0]).toBe(3);
  });

  it("end as they like, also where parts of a file do", async () => {
    const bytes = file("eol-crlf-then-lf.csv");
    for (let size = 1; size < bytes.length; ++size) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const table = await readCsv(() => parts);
      expect(values(findColumn(table, "a"))).toEqual([1, 2, 3]);
      expect(findColumn(table, "target")).toEqual(categoricalColumn("target", ["x", "y", "x"]));
    }
  });

  it("of runs of blanks, in parts of any size", async () => {
    const text = upTo(30, (row) => `  ${row}.5    ${row}  "a b"\t${row % 2 ? "x" : "y"}`).join("\r\n");
    for (const size of [1, 7, 10_000]) {
      const parts = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      const table = await readCsv(() => parts);
      expect(kinds(table)).toEqual(["numeric", "numeric", "categorical", "categorical"]);
      expect([table.rows, textAt(table.columns[2] as Column, 3), textAt(table.columns[0] as Column, 29)]).toEqual([
        30,
        "a b",
        "29.5",
      ]);
    }
    expect(names(parseCsv("a  b\n1  2\n", "f", { delimiter: " " }))).toEqual(["a", "b"]);
  });

  it("that begin with # among rows are comments if their fields are another number, or the file began with one", () => {
    expect(parseCsv("a,b\n1,2\n# half\n3,4\n").rows).toBe(2);
    expect(parseCsv("a,b\n#1,2\n#3,4\n").rows).toBe(2);
    expect(parseCsv("# of x\na,b\n1,2\n# x,y\n3,4\n").rows).toBe(2);
  });
});

describe("encodings", () => {
  const text = "größe,target\n1,a\n2,b\n";

  it("are found by the first bytes, or named", async () => {
    const utf16 = Buffer.from(text, "utf16le");
    const marked = Buffer.concat([Buffer.of(0xff, 0xfe), utf16]);
    for (const bytes of [marked, utf16, Buffer.from(marked).swap16(), Buffer.from(utf16).swap16()]) {
      const parts = [bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)];
      expect(names(await readCsv(() => parts))).toEqual(["größe", "target"]);
    }
    const latin = Buffer.from(text, "latin1");
    expect(names(await readCsv(() => [latin], "f", { encoding: "latin1" }))[0]).toBe("größe");
    await expect(readCsv(() => [latin])).rejects.toThrow('or --encoding: "latin1" is Western Europe');
    await expect(readCsv(() => [latin], "f", { encoding: "klingon" })).rejects.toThrow(RangeError);
    const lines = Buffer.from('{"größe":1}\n', "latin1");
    expect(names(await readJsonLines([lines], "f", { encoding: "latin1" }))).toEqual(["größe"]);
  });
});

describe("numbers as people write them", () => {
  it.each([
    ["hash-na.csv", 1, 38],
    ["nan-variants.csv", 14, 38],
    ["thousands.csv", 0, 39_139],
    ["percent.csv", 0, 39],
    ["currency.csv", 0, 39.5],
    ["minus-unicode.csv", 0, 0],
  ])("are read in %s", async (name, missing, most) => {
    const column = findColumn(await readCsv(() => [file(name)]), "a");
    expect(column.kind).toBe("numeric");
    const there = values(column).filter((value) => !Number.isNaN(value));
    expect(there.length).toBe(40 - missing);
    expect(Math.max(...there)).toBeGreaterThanOrEqual(most - 1);
  });

  it.each([
    [["1,234", "56", "1,234,567.5"], [1234, 56, 1_234_567.5], { thousands: "," }],
    [["1,5", "2,25", "-3,125"], [1.5, 2.25, -3.125], { decimal: "," }],
    [["1.234,5", "2", "1.000"], [1234.5, 2, 1000], { decimal: ",", thousands: "." }],
    [["1\u00a0234", "2\u202f345,5", "3"], [1234, 2345.5, 3], { thousands: " ", decimal: "," }],
    [["1'234.5", "2", "3’000"], [1234.5, 2, 3000], { thousands: "'" }],
    [["$2.39", "-$1", "$ 5"], [2.39, -1, 5], { units: ["$"] }],
    [["5 €", "1,5 €", "2€"], [5, 1.5, 2], { units: ["€"], decimal: "," }],
    [["12 %", "3.5%", "4"], [12, 3.5, 4], { units: ["%"] }],
    [["(5)", "1", "+2"], [-5, 1, 2], {}],
    [["\u22124", "\u22120.5", "1e3"], [-4, -0.5, 1000], {}],
    [["\u00a07", "8 ", "9"], [7, 8, 9], {}],
  ])("%j", (texts, expected, marks) => {
    expect(read(texts)).toEqual({ name: "n", kind: "numeric", values: Float64Array.from(expected), ...marks });
  });

  it("have the marks that options say", () => {
    expect(values(read(["1,234", "5,678"]))).toEqual([1234, 5678]);
    expect(values(read(["1,234", "5,678"], { decimal: "," }))).toEqual([1.234, 5.678]);
    expect(values(read(["1.234", "5.678"], { thousands: "." }))).toEqual([1234, 5678]);
    expect(() => parseCsv("a\n1\n", "f", { decimal: ",", thousands: "," })).toThrow(
      "expected another mark than decimal",
    );
    expect(values(read(["1.5", "7", "-2"], { decimal: "," }))).toEqual([]);
    expect(values(read(["1,5", "7", "-2", "1e3"], { decimal: "," }))).toEqual([1.5, 7, -2, 1000]);
    // A point can only be a thousand where the other columns have decimal commas.
    const table = parseCsv("a;b\n7.192;1,5\n12;2,5\n1.000;3,5\n");
    expect(values(findColumn(table, "a"))).toEqual([7192, 12, 1000]);
  });

  it("are no versions, no hexadecimal, no parts of texts", () => {
    for (const text of ["1.2.3", "0x1f", "12a", "$", "%", "1,23,4", "1 2"])
      expect(read([text, text]).kind).toBe("categorical");
  });
});

describe("texts among numbers", () => {
  it.each(["#N/A", "<NA>", "inf", "-", "tbd", "NULL", "none", "n/a", "?", "unknown", "-inf", "#DIV/0!", "."])(
    "%s is missing, however often it comes",
    (word) => {
      const column = read(upTo(40, (row) => (row % 2 ? word : row)));
      expect(column.kind).toBe("numeric");
      expect(values(column).filter(Number.isNaN)).toHaveLength(20);
    },
  );

  it("of other kinds are missing if they are few, wherever they stand, and the column says so", () => {
    for (const place of [0, 20, 39]) {
      const column = read(upTo(40, (row) => (row === place ? "about 5" : row)));
      expect(column).toMatchObject({ kind: "numeric", texts: { rows: 1, examples: ["about 5"] } });
      expect(values(column)[place]).toBeNaN();
    }
    expect(read(upTo(40, (row) => (row % 9 === 0 ? "abc" : row))).kind).toBe("categorical");
  });

  it("are names among few numbers: 3+ beside 0, 1 and 2 is more than they are", () => {
    const column = read(upTo(100, (row) => (row % 20 === 0 ? "3+" : row % 3)));
    expect(column).toMatchObject({ kind: "categorical", categories: ["3+", "1", "2", "0"] });
  });

  it("keep the spelling of numbers, if the column is one of names", () => {
    const column = read([...upTo(300, (row) => `0${row}.50`), ...upTo(60, (row) => `abc${row % 3}`)]);
    expect(column.kind).toBe("categorical");
    expect([textAt(column, 7), textAt(column, 301)]).toEqual(["07.50", "abc1"]);
  });

  it("that `missing` names are missing in every column, numbers by their value", () => {
    const options = { missing: ["-999", "nobody"] };
    const table = parseCsv("a,b\n1,Ann\n-999.0,nobody\n3,Bob\n", "f", options);
    expect(values(findColumn(table, "a"))).toEqual([1, Number.NaN, 3]);
    expect(findColumn(table, "b")).toEqual(categoricalColumn("b", ["Ann", undefined, "Bob"]));
  });

  it("are refused with their line where most are no numbers in a column that was said to be one", () => {
    const text = `n,t\n${upTo(30, (row) => `${row < 15 ? row : "abc"},x`).join("\n")}\n`;
    expect(() => parseCsv(text, "f", { kinds: { n: "numeric" } })).toThrow(FormatError);
    expect(() => parseCsv(text, "f", { kinds: { n: "numeric" } })).toThrow(
      'f: line 17: column n: expected a number, got "abc"',
    );
  });

  it("None, NA and Null are names among names", async () => {
    const classes = await readCsv(() => [file("none-class.csv")]);
    expect(findColumn(classes, "disorder")).toMatchObject({ categories: ["Insomnia", "Apnea", "None"] });
    expect(read(["Null", "NA", "None", "Nan", "Smith", "", "n/a"])).toEqual(
      categoricalColumn("n", ["Null", "NA", "None", "Nan", "Smith", undefined, undefined]),
    );
  });
});

describe("dates", () => {
  it.each([
    ["2020-03-05", Date.UTC(2020, 2, 5)],
    ["2020-03-05T10:20:30.5Z", Date.UTC(2020, 2, 5, 10, 20, 30, 500)],
    ["2020-03-05 10:20:30.123456789", Date.UTC(2020, 2, 5, 10, 20, 30) + 123.456789],
    ["2020-03-05 10:20+02:00", Date.UTC(2020, 2, 5, 8, 20)],
    ["2020/3/5", Date.UTC(2020, 2, 5)],
    ["2020-03", Date.UTC(2020, 2, 1)],
    ["5.3.2020", Date.UTC(2020, 2, 5)],
    ["5-Mar-2020", Date.UTC(2020, 2, 5)],
    ["5 March 2020", Date.UTC(2020, 2, 5)],
    ["Mar 5, 2020", Date.UTC(2020, 2, 5)],
    ["Thu, 05 Mar 2020 10:00:00 GMT", Date.UTC(2020, 2, 5, 10)],
    ["Thu Mar 05 10:00:00 +0000 2020", Date.UTC(2020, 2, 5, 10)],
    ["10:30 pm", Date.UTC(1970, 0, 1, 22, 30)],
  ])("%s", (text, time) => {
    expect(parseDate(text)).toEqual({ dayFirst: time, monthFirst: time });
  });

  it.each(["2020-02-30", "2020-13-01", "10.0.19", "1-2", "25:00", "May", "2020", "12", "1234567890", "5 Foo 2020"])(
    "%s is none",
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );

  it("have the order that their column shows, or is said, or else the month first, which is said to be doubtful", () => {
    const days = (column: Column) => values(column).map((value) => new Date(value).getUTCDate());
    expect(days(read(["3/4/2020", "13/4/2020"]))).toEqual([3, 13]);
    expect(days(read(["3/4/2020", "4/13/2020"]))).toEqual([4, 13]);
    expect(read(["3/4/2020", "5/6/2020"])).toMatchObject({ kind: "date", dayFirst: false, ambiguous: true });
    expect(days(read(["3/4/2020", "5/6/2020"], { dayFirst: true }))).toEqual([3, 5]);
    expect(days(read(["3/4/2020", "5/6/2020"], { dayFirst: ["n"] }))).toEqual([3, 5]);
    // What the rows show goes before what is said.
    expect(days(read(["3/4/2020", "4/13/2020"], { dayFirst: true }))).toEqual([4, 13]);
    expect(days(read(["3/4/2020", "13/4/2020"], { dayFirst: false }))).toEqual([3, 13]);
    expect(read(["13/4/2020", "4/13/2020"]).kind).toBe("categorical");
  });

  it("may have a few other texts and numbers among them, wherever they stand, and words for missing in any number", () => {
    for (const place of [0, 20, 39]) {
      for (const stray of ["5", "soon"]) {
        const column = read(upTo(40, (row) => (row === place ? stray : row % 3 ? `2020-01-${10 + (row % 20)}` : "NA")));
        expect(column).toMatchObject({ kind: "date" });
        expect(values(column)[place]).toBeNaN();
        expect(values(column).filter(Number.isNaN).length).toBeGreaterThanOrEqual(14);
      }
    }
  });

  it("become a number and what comes again, the same for every table", () => {
    const rows = upTo(400, (row) => `${new Date(Date.UTC(2020, 0, row, row % 24)).toISOString()},${row % 3}`);
    const table = parseCsv(`when,y\n${rows.join("\n")}\n`);
    const preprocessor = Preprocessor.fit(table, "y");
    expect(preprocessor.config.features).toMatchObject([{ name: "when", cycles: ["year", "week", "day"] }]);
    expect(preprocessor.inputs).toBe(7);
    const inputs = preprocessor.transform(table);
    const turn = (part: number) => [Math.sin(2 * Math.PI * part), Math.cos(2 * Math.PI * part)];
    const DAY = 86_400_000;
    for (const [row, time] of values(table.columns[0] as Column).entries()) {
      const expected = [365.2425, 7, 1].flatMap((days) => turn(time / (days * DAY)));
      for (const [index, value] of expected.entries()) expect(inputs[row * 7 + 1 + index]).toBeCloseTo(value, 5);
    }
    expect(inputs[7]).toBeLessThan(-1);
    const parsed = Preprocessor.parse(JSON.stringify(preprocessor.config));
    const again = parseCsv(`when,y\n${rows.slice(1, 2)}\n`, "f", parsed.readOptions());
    expect(parsed.transform(again)).toEqual(inputs.slice(7, 14));
    const none = parseCsv(`when,y\n,1\n`, "f", parsed.readOptions());
    expect([...parsed.transform(none)].slice(1)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("cannot be targets, but as names", () => {
    const text = `when,y\n${upTo(20, (row) => `2020-01-0${1 + (row % 2)},${row}`).join("\n")}\n`;
    expect(() => Preprocessor.fit(parseCsv(text), "when")).toThrow("target when: expected numbers or names");
    const names = parseCsv(text, "f", { kinds: { when: "categorical" } });
    expect(Preprocessor.fit(names, "when").config.classes).toEqual(["2020-01-01", "2020-01-02"]);
  });
});

describe("columns that are left out", () => {
  const rows = (text: (row: number) => string) => parseCsv(`${text(-1)}\n${upTo(60, text).join("\n")}\n`);
  const table = rows((row) =>
    row < 0
      ? "user_id,Madrid,ticket,sex,fee,gap,y"
      : `${1000 + 7 * row},${row},T${row},${row % 2 ? "f" : "m"},0,,${row % 3}`,
  );

  it("are keys, names that are nearly all different, and what has one value or none", () => {
    const { leftOut, config } = Preprocessor.fit(table, "y");
    expect(leftOut.map(({ name, why }) => [name, why])).toEqual([
      ["user_id", "identifiers"],
      ["ticket", "names"],
      ["fee", "constant"],
      ["gap", "empty"],
    ]);
    expect(config.features.map(({ name }) => name)).toEqual(["Madrid", "sex"]);
    expect(config.constants).toMatchObject(
      [{ name: "user_id" }, { name: "fee", value: "0" }, { name: "gap", value: null }].slice(1),
    );
  });

  it("are kept if that is asked for, but for those with one value", () => {
    const { leftOut } = Preprocessor.fit(table, "y", { keep: ["user_id", "ticket", "fee"] });
    expect(leftOut.map(({ name }) => name)).toEqual(["fee", "gap"]);
    expect(() => Preprocessor.fit(table, "y", { keep: ["none"] })).toThrow(RangeError);
  });

  it("have no influence, and what they hold later is counted", async () => {
    const train = await readCsv(() => [file("const-train.csv")]);
    const preprocessor = Preprocessor.fit(train, "target");
    const fresh = await readCsv(() => [file("const-new.csv")], "f", preprocessor.readOptions());
    expect(preprocessor.inputs).toBe(2);
    expect(preprocessor.countUnknown(fresh)).toEqual({ fee: 150 });
    expect(preprocessor.countUnknown(train)).toEqual({});
  });

  it("are row numbers without a name", async () => {
    const { leftOut } = Preprocessor.fit(await readCsv(() => [file("with-index.csv")]), "species");
    expect(leftOut).toMatchObject([{ name: "column1", why: "identifiers" }]);
    // Numbers of a table without any names are what there is to learn from.
    expect(Preprocessor.fit(parseCsv(upTo(20, (row) => `${row},${row % 2}.5`).join("\n")), "column2").leftOut).toEqual(
      [],
    );
  });

  it("are named when nothing else is there", () => {
    const only = rows((row) => (row < 0 ? "id,y" : `${row},${row % 2}`));
    expect(() => Preprocessor.fit(only, "y")).toThrow(
      "got none: left out are id (a different integer in each of 60 rows)",
    );
  });
});

describe("scales", () => {
  it("of values near 10^15 are those of what they differ by", () => {
    const far = Float64Array.from({ length: 100_000 }, (_, row) => 1e15 + (row % 5));
    const near = far.map((value) => value - 1e15);
    const fit = (values: Float64Array) => {
      const y = { name: "y", kind: "numeric" as const, values: far.map((_, row) => row % 2) };
      return Preprocessor.fit({ rows: far.length, columns: [{ name: "x", kind: "numeric", values }, y] }, "y").config
        .features[0];
    };
    expect(fit(far)).toEqual({ ...fit(near), offset: 1e15 + 2, fill: 1e15 + 2 });
  });
});

describe("names that are only written differently", () => {
  it("are one: True and true, 1.0 and 1; 01 is another", () => {
    const table = parseCsv(
      `ok,n,y\n${upTo(30, (row) => `${row % 2 ? "True" : "FALSE"},${row % 3},${row % 2}`).join("\n")}\n`,
    );
    const kinds = { kinds: { n: "categorical", ok: "categorical" } } as const;
    const preprocessor = Preprocessor.fit(parseCsv("ok,n,y\nTrue,1,0\ntrue,2,1\nFALSE,1,0\n", "f", kinds), "y");
    expect(preprocessor.config.features).toMatchObject([{ categories: ["FALSE", "True"] }, { categories: ["1", "2"] }]);
    const other = parseCsv("ok,n,y\nfalse,1.0,0\nTRUE,01,0\n", "f", kinds);
    expect([...preprocessor.transform(other)]).toEqual([1, 0, 1, 0, 0, 1, 0, 0]);
    expect(preprocessor.countUnknown(other)).toEqual({ n: 1 });
    expect(table.rows).toBe(30);
  });
});

describe("integers as targets", () => {
  const integers = (list: number[]): Column => ({ name: "y", kind: "numeric", values: Float64Array.from(list) });
  const repeated = (different: number, rows: number) =>
    integers(Array.from({ length: rows }, (_, row) => row % different));

  it("are classes where there are rows enough for each", async () => {
    expect(guessTask(findColumn(await readCsv(() => [file("six-rows.csv")]), "y"))).toBe("regression");
    expect(guessTask(repeated(2, 6))).toBe("classification");
    expect(guessTask(repeated(3, 30))).toBe("classification");
    expect(guessTask(repeated(3, 29))).toBe("regression");
    expect(guessTask(repeated(20, 200))).toBe("classification");
    expect(guessTask(repeated(21, 2100))).toBe("regression");
    expect(guessTask(repeated(15, 40))).toBe("regression");
  });
});

describe("JSON Lines", () => {
  it("are read as a person would", async () => {
    const table = await readJsonLines([file("mixed.jsonl")]);
    expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["id", "numeric"],
      ["price", "numeric"],
      ["ok", "categorical"],
      ["v", "numeric"],
      ["w", "numeric"],
      ["target", "numeric"],
      ["rare", "numeric"],
    ]);
    expect(values(findColumn(table, "price")).slice(0, 3)).toEqual([0, 1.5, 3]);
  });

  it("of Python have NaN and Infinity, which are missing, and texts that only look like them", async () => {
    const lines = ['{"a":1.5,"b":"NaN: x"}', '{"a":NaN,"b":"y"}', '{"a":-Infinity,"b":"z \\" NaN"}', '{"a":2,"b":"w"}'];
    const table = await readJsonLines([lines.join("\n")]);
    expect(values(findColumn(table, "a"))).toEqual([1.5, Number.NaN, Number.NaN, 2]);
    expect(textAt(findColumn(table, "b"), 2)).toBe('z " NaN');
    await expect(readJsonLines(['{"a":nan}'])).rejects.toThrow("expected JSON");
  });

  it("have dates and numbers as texts, and keep names as they are", async () => {
    const lines = upTo(20, (row) => `{"when":"2020-01-${10 + row}","zip":"0${row}a","n":"${row}.50"}`);
    const table = await readJsonLines([lines.join("\n")]);
    expect(kinds(table)).toEqual(["date", "categorical", "numeric"]);
    expect(textAt(findColumn(table, "zip"), 3)).toBe("03a");
  });
});
