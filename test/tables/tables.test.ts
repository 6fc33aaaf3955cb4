import { createReadStream } from "node:fs";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { categoricalColumn, createEngine, FormatError, Preprocessor, selectRows, textAt } from "../../src/index.js";
import { parseCsv, readCsv } from "../../src/tables/csv/csv.js";
import { readJsonLines } from "../../src/tables/jsonl/jsonl.js";
import { readParquet } from "../../src/tables/parquet/parquet.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("readCsv", () => {
  it("reads the same from parts of any size, through quotes, line ends and characters", async () => {
    const text = '\ufeffname,"a ""b"", c",size\r\n"Zoë, ü",x,1.5\r\n\r\n"two\nlines",y,\r\nplain,x,2\r\n';
    const whole = parseCsv(text);
    for (const size of [1, 2, 3, 7, 1000]) {
      const parts: Uint8Array[] = [];
      const all = bytes(text);
      for (let start = 0; start < all.length; start += size) parts.push(all.subarray(start, start + size));
      expect(await readCsv(() => parts)).toEqual(whole);
    }
  });

  it("begins again when numbers turn out to be names, and keeps their spelling", async () => {
    let opened = 0;
    const table = await readCsv(() => {
      ++opened;
      return ["zip,n\n007,1\n010,2\n", "A1,3\n"];
    });
    expect(opened).toBe(2);
    expect([0, 1, 2].map((row) => textAt(table.columns[0] as never, row))).toEqual(["007", "010", "A1"]);
    expect(table.columns[1]).toMatchObject({ kind: "numeric" });
  });

  it("says that a stream was used up, or that the file was changed, when it has to begin again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "again-"));
    try {
      const path = join(folder, "m.csv");
      await writeFile(path, "a,b\n1,2\nx,4\n");
      const message = "readCsv: open: expected a new stream at each call, got one that has been read already";
      const stream = createReadStream(path);
      await expect(readCsv(() => stream)).rejects.toThrow(new TypeError(message));
      const web = new Blob(["a,b\n1,2\nx,4\n"]).stream();
      await expect(readCsv(() => web as never)).rejects.toThrow(new TypeError(message));
      expect((await readCsv(() => createReadStream(path))).rows).toBe(2);
      let calls = 0;
      await expect(readCsv(() => [`a,b\n1,2\nx,4\n${"x,5\n".repeat(calls++)}`], "f")).rejects.toThrow(
        new FormatError("f: expected the same 12 characters when it is read again, got 16: was the file changed?"),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("takes the first row for names by the rows below it", () => {
    const names = (text: string, options = {}) => parseCsv(text, "x", options).columns.map(({ name }) => name);
    expect(names("a,b\n1,2\n")).toEqual(["a", "b"]);
    expect(names("a,2\n1,2\n")).toEqual(["a", "2"]);
    expect(names("a,2\nb,2\n")).toEqual(["column1", "column2"]);
    expect(names(",b\n1,2\n")).toEqual(["column1", "b"]);
    expect(names("a,2020\n1,2\n", { header: true })).toEqual(["a", "2020"]);
    expect(names("a,b\nc,d\n", { header: false })).toEqual(["column1", "column2"]);
  });

  it("refuses bytes that are not UTF-8, and a text in a column of numbers, with its line", async () => {
    await expect(readCsv(() => [Uint8Array.of(97, 10, 0xff, 0xfe, 10)])).rejects.toThrow("expected UTF-8 text");
    const kinds = { n: "numeric", x: "ignore" } as const;
    await expect(readCsv(() => ["n,x\n1,2\nfive,3\n"], "f", { kinds })).rejects.toThrow(
      'f: line 3: column n: expected a number, got "five"',
    );
    expect(parseCsv("n,x,y\n1,2,3\n", "f", { kinds, others: "ignore" }).columns.map(({ name }) => name)).toEqual(["n"]);
  });

  it("reads 30 MB from a file without holding its text", async () => {
    const folder = await mkdtemp(join(tmpdir(), "simdgrad-csv-"));
    try {
      const path = join(folder, "big.csv");
      const block = Array.from(
        { length: 10_000 },
        (_, i) => `${i},${i / 8},"city, ${i % 50}",${"x".repeat(45)}${i % 9}`,
      );
      const file = await open(path, "w");
      await file.write("id,value,city,text\n");
      for (let i = 0; i < 45; ++i) await file.write(`${block.join("\n")}\n`);
      const { size } = await file.stat();
      await file.close();
      expect(size).toBeGreaterThan(30e6);
      const table = await readCsv(() => createReadStream(path));
      expect(table.rows).toBe(450_000);
      const [id, value, city, text] = table.columns;
      expect(id?.kind === "numeric" && id.values[449_999]).toBe(9999);
      expect(value?.kind === "numeric" && value.values.reduce((sum, x) => sum + x, 0)).toBe((45 * 9999 * 10_000) / 16);
      expect(city?.kind === "categorical" && city.categories.length).toBe(50);
      expect(text?.kind === "categorical" && text.categories.length).toBe(9);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});

describe("a column that is to be ignored", () => {
  const kinds = { n: "ignore", other: "ignore" } as const;

  it("has to be there, in every format", async () => {
    const message = 'f: expected a column "other" to ignore, got n, m';
    const columnData = ["n", "m"].map((name) => ({ name, data: [1.5], type: "DOUBLE" as const }));
    expect(() => parseCsv("n,m\n1,2\n", "f", { kinds })).toThrow(message);
    await expect(readJsonLines(['{"n":1,"m":2}'], "f", { kinds })).rejects.toThrow(
      'f: expected a column "other" to ignore, got m, n',
    );
    await expect(readParquet(parquetWriteBuffer({ columnData }), "f", { kinds })).rejects.toThrow(message);
  });

  it("is not in the table", async () => {
    const table = await readJsonLines(['{"n":1,"m":2,"other":3}'], "f", { kinds });
    expect(table.columns.map(({ name }) => name)).toEqual(["m"]);
  });
});

describe("readJsonLines", () => {
  it("has numbers, names, and what is missing", async () => {
    const table = await readJsonLines(['{"a":1,"b":"x"}\n{"a":null,"b"', ':true}\n\n{"b":"7","c":2}\n']);
    expect(table.rows).toBe(3);
    expect(table.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "a numeric",
      "b categorical",
      "c numeric",
    ]);
    expect(table.columns.map((column) => [0, 1, 2].map((row) => textAt(column, row)))).toEqual([
      ["1", undefined, undefined],
      ["x", "true", "7"],
      [undefined, undefined, "2"],
    ]);
  });

  it("numbers before the first text are names, as they were written", async () => {
    const [column] = (await readJsonLines(['{"a":7}\n{"b":1}\n{"a":"x"}\n{"a":7}\n{"a":"7"}'])).columns;
    expect(column && [0, 1, 2, 3, 4].map((row) => textAt(column, row))).toEqual(["7", undefined, "x", "7", "7"]);
  });

  it("integers of more digits than a float64 has are names, and numbers where these are asked for", async () => {
    const text = '{"x":7,"a":1e19}\n{"a":-0.5,"y":"\\"x\\":1,","x" : -1234567890123456701}\n{"x":1234567890123456702}';
    const [x, a] = (await readJsonLines([text])).columns;
    expect(x).toMatchObject({ categories: ["7", "-1234567890123456701", "1234567890123456702"] });
    expect(a?.kind).toBe("numeric");
    const asked = await readJsonLines([text], "f", { kinds: { x: "numeric" } });
    expect(asked.columns[0]).toMatchObject({ values: Float64Array.of(7, -1234567890123456800, 1234567890123456800) });
    const named = await readJsonLines([text], "f", { kinds: { x: "categorical" } });
    expect(named.columns[0]).toEqual(x);
  });

  it("a column that comes up in each line costs no time or memory for the lines without it", async () => {
    const lines = (count: number) => Array.from({ length: count }, (_, line) => `{"k${line}":1}\n`).join("");
    expect((await readJsonLines([lines(1000)])).columns.length).toBe(1000);
    const text = lines(15_000);
    const most = 2 ** 20 + text.length;
    const rows = Math.floor(Math.sqrt(most)) + 1;
    await expect(readJsonLines([text], "f")).rejects.toThrow(
      `f: line ${rows}: expected at most ${most} values up to here, missing ones among them, got ${rows} rows of ${rows - 1} columns`,
    );
    const later = lines(1000) + "{}\n".repeat(5000);
    const line = Math.floor((2 ** 20 + later.length) / 1000) + 1;
    await expect(readJsonLines([later], "f")).rejects.toThrow(
      new RegExp(`^f: line ${line}: .* got ${line} rows of 1000 columns$`),
    );
    const wide = Object.fromEntries(Array.from({ length: 65_537 }, (_, key) => [`k${key}`, 1]));
    await expect(readJsonLines([JSON.stringify(wide)], "f")).rejects.toThrow(
      'f: line 1: expected at most 65536 columns, got "k65536" beside them',
    );
  });

  it("reads a line that comes in many parts", async () => {
    const line = `{"a":"${"x".repeat(100_000)}"}`;
    const table = await readJsonLines(Array.from(line));
    expect(table.columns[0]).toMatchObject({ categories: ["x".repeat(100_000)] });
  }, 5000);

  it("refuses a key that comes twice in a line, and takes colons in texts", async () => {
    const good = '{"a":1,"b":"12:30"}\n';
    await expect(readJsonLines([`${good}{"a":1, "b":"x:", "\\u0061":2}`], "f")).rejects.toThrow(
      new FormatError('f: line 2: expected each key once, got the string "a" twice'),
    );
    for (const line of [
      '{"a":1,"a":":"}',
      '{"a":":","a":1}',
      '{"a":1,"a":"\\u003a"}',
      '{":":1,":":2}',
      '{"a":{"b:":1},"a":2}',
    ]) {
      await expect(readJsonLines([line])).rejects.toThrow(FormatError);
    }
    expect((await readJsonLines([good, good])).rows).toBe(2);
  });

  it.each(["[1]", "{", '{"a":[1]}', '{"a":1e999}', "", "3"])("refuses %j", async (text) => {
    await expect(readJsonLines([text])).rejects.toThrow(FormatError);
  });
});

describe("readParquet", () => {
  it("has numbers, names, and what is missing, from several row groups", async () => {
    const file = parquetWriteBuffer({
      columnData: [
        { name: "n", data: [1.5, null, 3], type: "DOUBLE" },
        { name: "big", data: [1n, 2n, 3n], type: "INT64" },
        { name: "s", data: ["a", "b", "a"], type: "STRING" },
      ],
      rowGroupSize: 2,
    });
    const table = await readParquet(file);
    expect(table.columns.map((column) => [0, 1, 2].map((row) => textAt(column, row)))).toEqual([
      ["1.5", undefined, "3"],
      ["1", "2", "3"],
      ["a", "b", "a"],
    ]);
    const long = parquetWriteBuffer({
      columnData: [{ name: "id", data: [7n, 1234567890123456701n, 1234567890123456702n], type: "INT64" }],
    });
    expect((await readParquet(long)).columns[0]).toMatchObject({
      categories: ["7", "1234567890123456701", "1234567890123456702"],
    });
    const asked = await readParquet(long, "t.parquet", { kinds: { id: "numeric" } });
    expect(asked.columns[0]).toMatchObject({ values: Float64Array.of(7, 1234567890123456800, 1234567890123456800) });
    for (const broken of [file.slice(0, -9), new ArrayBuffer(3), new ArrayBuffer(64)]) {
      const reading = readParquet(broken, "t.parquet");
      await expect(reading).rejects.toThrow(FormatError);
      await expect(reading).rejects.toThrow("t.parquet: expected a whole Parquet file, got: ");
    }
  });
});

describe("Preprocessor", () => {
  it("gives mostly-zero tables as compressed rows with the values that the dense ones have", async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `c${row % 20},${row / 4},${row % 2 ? "a" : "b"}`);
    const table = parseCsv(`code,n,kind\n${rows.join("\n")}\n`);
    const preprocessor = Preprocessor.fit(table, "kind");
    expect(preprocessor.sparse).toBe(true);
    const dense = preprocessor.transform(table);
    const { indptr, indices, values } = preprocessor.transformSparse(table);
    const expanded = new Float32Array(dense.length);
    for (let row = 0; row < table.rows; ++row) {
      for (let i = indptr[row] as number; i < (indptr[row + 1] as number); ++i) {
        expanded[row * preprocessor.inputs + (indices[i] as number)] = values[i] as number;
      }
    }
    expect(expanded).toEqual(dense);
    const engine = await createEngine({ threads: 1 });
    const source = preprocessor.source(table);
    expect(engine.dataset(source).inputs.constructor.name).toBe("CsrMatrix");
    const placed = engine.dataset(source, { sparse: false }).inputs;
    expect((placed as { data: Float32Array }).data).toEqual(dense);
  });

  it("refuses a table with a name twice, of its columns or of a column's categories", () => {
    const x = { name: "x", kind: "numeric", values: Float64Array.of(1, 2) } as const;
    const y = categoricalColumn("y", ["a", "b"]);
    const twice = { rows: 2, columns: [x, y, x] };
    const message = 'table: columns: expected each name once, got the string "x" twice';
    expect(() => Preprocessor.fit(twice, "y")).toThrow(new RangeError(message));
    const preprocessor = Preprocessor.fit({ rows: 2, columns: [x, y] }, "y");
    for (const read of ["transform", "transformSparse", "inputSource", "source", "targets", "countUnknown"] as const) {
      expect(() => preprocessor[read](twice)).toThrow(message);
    }
    expect(() => selectRows(twice, [0])).toThrow(message);
    const same = { rows: 2, columns: [x, { ...y, categories: ["a", "a"] }] };
    expect(() => Preprocessor.fit(same, "y")).toThrow(
      'column y: categories: expected each name once, got the string "a" twice',
    );
  });

  it("refuses hostile configurations", () => {
    const feature = { name: "x", offset: 0, scale: 1, fill: 0 };
    const good = { task: "regression", target: "y", features: [feature], targetOffset: 0, targetScale: 1 };
    const parse = (value: unknown) => () => Preprocessor.parse(JSON.stringify(value));
    expect(parse(good)).not.toThrow();
    const many = Array.from({ length: 3 }, (_, i) => ({
      name: `f${i}`,
      categories: Array.from({ length: 2 ** 19 }, (_, j) => String(j)),
    }));
    expect(() => Preprocessor.parse(`{"task":"classification",${JSON.stringify(good).slice(1)}`)).toThrow(
      'model: preprocessing: expected each key once, got the string "task" twice',
    );
    for (const [change, message] of [
      [{ features: [feature, feature] }, "different names"],
      [{ features: [{ ...feature, name: "y" }] }, "different names"],
      [{ features: [{ ...feature, scale: null }] }, "feature 0"],
      [{ features: [{ ...feature, scale: 0 }] }, "feature 0"],
      [{ features: [{ name: "x", categories: ["a", "a"] }] }, "feature 0"],
      [{ features: [{ name: "x", categories: [] }] }, "1 to 1048576 columns of inputs, got 0"],
      [{ features: many }, "1 to 1048576 columns of inputs, got 1572864"],
      [{ targetScale: "1" }, "the target's scale"],
      [{ task: "classification", classes: ["a", "a"] }, "two different classes"],
      [{ task: "clustering" }, "the task"],
    ] as const) {
      expect(parse({ ...good, ...change })).toThrow(FormatError);
      expect(parse({ ...good, ...change })).toThrow(message);
    }
  });
});

describe("a column called __proto__", () => {
  const parquet = parquetWriteBuffer({ columnData: [{ name: "__proto__", data: [1, 2], type: "DOUBLE" }] });
  it.each([
    ["CSV", async () => parseCsv("__proto__\n1\n2\n", "t")],
    ["JSON Lines", () => readJsonLines([bytes('{"__proto__":1}\n{"__proto__":2}\n')], "t")],
    ["Parquet", () => readParquet(parquet, "t")],
  ])("is read from %s as any other", async (_, read) => {
    const { columns } = await read();
    expect(columns).toEqual([{ name: "__proto__", kind: "numeric", values: Float64Array.of(1, 2) }]);
  });
});
