/** A file's format is told by its contents, whatever it is called: in the command and in the page. */

import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isGzipped, roleOf, tableFormat } from "../../src/app/file-role.js";
import { parseModel, writeModel } from "../../src/app/model-file.js";
import { openDigitModel } from "../../src/app/model-kinds.js";
import { createEngine, Dense, Network } from "../../src/index.js";
import { TableSession } from "../../web/worker/table/table-session.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const csv = readFileSync(new URL("../../samples/iris.csv", import.meta.url));
const rows = csv
  .toString()
  .trim()
  .split("\n")
  .map((line) => line.split(","));
const [head = [], ...lines] = rows;
const objects = lines.map((line) =>
  JSON.stringify(Object.fromEntries(line.map((cell, i) => [head[i], i < line.length - 1 ? Number(cell) : cell]))),
);
const json = Buffer.from(`${objects.join("\n")}\n`);
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: head.map((name, i) => {
      const isName = i === head.length - 1;
      return {
        name,
        data: lines.map((line) => (isName ? (line[i] as string) : Number(line[i]))),
        type: isName ? "STRING" : "DOUBLE",
      };
    }),
  }),
);

/** The same table under names that say nothing, or something else. */
const FILES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["iris.csv", csv],
  ["iris.txt", csv],
  ["iris.parquet.csv", parquet],
  ["parquet-without-ending", parquet],
  ["packed.csv", gzipSync(csv)],
  ["packed", gzipSync(csv)],
  ["lines.json", json],
  ["lines.csv", json],
  ["packed-lines.json", gzipSync(json)],
  ["packed.parquet", gzipSync(parquet)],
];

const folder = mkdtempSync(join(tmpdir(), "file-contents-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
for (const [name, bytes] of FILES) writeFileSync(at(name), bytes);

async function run(...words: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [command, ...words])).stdout;
}
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1) as string);

describe("the command", () => {
  beforeAll(async () => {
    await run("train", at("iris.csv"), "--epochs", "2", "--out", at("run"));
    await run("export", at("run"), "--format", "onnx", "--out", at("model.onnx"));
    copyFileSync(at("run", "model.safetensors"), at("model.csv"));
    copyFileSync(at("model.onnx"), at("graph.safetensors"));
  }, 60_000);

  it.each(FILES.map(([name]) => name))(
    "reads %s",
    async (name) => {
      const { test } = lastLine(await run("train", at(name), "--epochs", "2", "--out", at(`run-${name}`), "--json"));
      expect(test).toEqual(JSON.parse(readFileSync(at("run", "history.json"), "utf8")).test);
      expect(await run("predict", at("run"), at(name))).toBe(await run("predict", at("run"), at("iris.csv")));
    },
    60_000,
  );

  it("reads models whatever they are called", async () => {
    const expected = lastLine(await run("evaluate", at("run"), at("iris.csv"), "--json"));
    for (const name of ["model.csv", "graph.safetensors", "model.onnx"]) {
      const found = lastLine(await run("evaluate", at(name), at("iris.csv"), "--json"));
      expect({ ...found, model: "" }).toEqual({ ...expected, model: "" });
    }
  }, 60_000);
});

describe("the page", () => {
  const blob = (bytes: Uint8Array) => new Blob([bytes as BlobPart]);

  it.each(FILES)("reads %s", async (name, bytes) => {
    const session = new TableSession(() => {});
    const view = await session.openTable({ name, data: blob(bytes) });
    expect([view.rows, view.columns.map((column) => column.name)]).toEqual([lines.length, head]);
    expect(session.describe({ target: "target", seed: 0 })).toMatchObject({ inputs: 4, outputs: 3 });
  });

  it.each([
    ["safetensors", "net.onnx"],
    ["onnx", "net.safetensors"],
    ["onnx", "net"],
  ] as const)("opens a model in %s that is called %s", async (format, name) => {
    using engine = await createEngine({ threads: 1 });
    const { bytes } = writeModel(new Network(engine, [new Dense(784, 10)]), format, { task: "mnist" });
    expect(openDigitModel(engine, { name, bytes }, {}).outputs).toBe(10);
    expect(parseModel(engine, bytes, name).format).toBe(format);
  });
});

describe("a file", () => {
  it.each<[string, string, ReturnType<typeof roleOf>]>([
    ["iris.png", csv.toString("latin1"), "table"],
    ["model.onnx", "\x89PNG\r\n\x1a\n", "image"],
    ["table.csv", "\x08\x07\x12\x00", "model"],
    ["one-column", "a\n1\n2\n", undefined],
    ["one-column.txt", "a\n1\n2\n", "table"],
    ["m.safetensors", "", "model"],
    ["x", "", undefined],
  ])("%s of %j is for a %s", (name, text, role) => {
    expect(roleOf(Buffer.from(text, "latin1"), name)).toBe(role);
  });

  it("is of the format that its name says only where its contents do not tell", () => {
    const text = (given: string) => Buffer.from(given, "latin1");
    expect(tableFormat(text("[1, 2]"), "rows.jsonl")).toBe("jsonl");
    expect(tableFormat(text("a,b\n"), "rows.parquet")).toBe("parquet");
    expect(tableFormat(text("{a},b\n"), "braces.csv")).toBe("csv");
    expect(tableFormat(text("[a],b\n"), "brackets.csv")).toBe("csv");
    for (const one of ["x\n1\n2\n", "", "\ufeffx\n1\n"]) expect(tableFormat(text(one), "one.csv")).toBe("csv");
    expect(tableFormat(Buffer.from("gr\xfc\xdfe,b\n", "latin1"), "latin.csv")).toBe("csv");
    expect(tableFormat(Buffer.from("\ufeffa,b\n", "utf16le"), "wide.csv")).toBe("csv");
    const expected = "rows.csv: expected a table in CSV, JSON Lines (an object per line) or Parquet, got ";
    expect(() => tableFormat(text('[\n  {"a": 1}]'), "rows.csv")).toThrow(`${expected}a JSON array`);
    expect(() => tableFormat(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), "rows.csv")).toThrow(`${expected}a PNG image`);
    expect(tableFormat(Buffer.from('\ufeff{"a": 1}', "utf16le"), "wide.csv")).toBe("jsonl");
    expect(isGzipped(text("PAR1"), "table.gz")).toBe(false);
    expect(isGzipped(text("a,b\n"), "table.csv.gz")).toBe(true);
  });
});
