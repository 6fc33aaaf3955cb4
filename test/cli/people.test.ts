/** The command on files as people have them. */

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "simdgrad-people-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const given = (name: string) => new URL(`../cases/${name}`, import.meta.url).pathname;
const command = new URL("../../build/cli/main.js", import.meta.url).pathname;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...parameters: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...parameters], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** What is learned in an epoch is not asked here. */
const train = (file: string, name: string, ...more: string[]) =>
  run("train", file, "--epochs", "1", "--out", at(name), ...more);

function runWithInput(input: Uint8Array, ...parameters: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [command, ...parameters]);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (part) => (stdout += part));
    child.stderr.on("data", (part) => (stderr += part));
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin.end(input);
  });
}

describe("columns that say nothing", () => {
  it("are left out, which `evaluate` remembers", async () => {
    const trained = await run("train", given("const-train.csv"), "--epochs", "60", "--out", at("const"));
    expect(trained.stdout).toMatch(/\nfee +0 {2}left out: 0 in every row\n/);
    const { code, stdout, stderr } = await run("evaluate", at("const"), given("const-new.csv"), "--json");
    expect(stderr).toContain(
      "column fee: 150 values that training did not know: the column was 0 in every row of the training data",
    );
    const result = JSON.parse(stdout);
    expect([code, result.unknown]).toEqual([0, { fee: 150 }]);
    expect(result.accuracy).toBeGreaterThan(0.97);
  }, 60_000);

  it("are row numbers without a name; what is not there later is named beside what is", async () => {
    const trained = await train(given("with-index.csv"), "index", "--target", "species");
    expect(trained.stdout).toMatch(/\ncolumn1 +0 {2}left out: a different integer in each of 241 rows \(--keep/);
    const kept = await train(given("with-index.csv"), "kept", "--target", "species", "--keep", "1");
    expect(kept.stdout).toMatch(/\ncolumn1 +1 {2}numbers, /);
    const { code, stderr } = await run("predict", at("index"), given("pen-missingcol.csv"));
    expect(code).toBe(1);
    expect(stderr).toContain('pen-missingcol.csv: expected a column "island", got species, bill_length_mm');
  }, 60_000);
});

describe("options for columns", () => {
  it("take names with commas, lists, quotes and numbers", async () => {
    for (const named of ["a,b", '"a,b"', "1"]) {
      const { code, stdout } = await train(given("comma-name.csv"), "comma", "--ignore", named);
      expect([code, stdout.includes("from 1 column (1 input)")]).toEqual([0, true]);
    }
    const both = await train(given("comma-name.csv"), "comma", "--ignore", '"a,b",c');
    expect([both.code, both.stderr.includes("expected at least one column")]).toEqual([1, true]);
    const target = await train(given("comma-name.csv"), "comma", "--target", "a,b");
    expect(target.stdout).toContain("regression of a,b (it has 40 different integers; --task classification");
    // Names are found also where the file's beginning ends within a quoted text, or a line.
    const long = Array.from({ length: 50 }, (_, row) => `${row},"${"long\n".repeat(2000)}",${row % 2}`);
    writeFileSync(at("long.csv"), `n,text,y\n${long.join("\n")}\n`);
    const quoted = await train(at("long.csv"), "comma", "--ignore", "text", "--target", "y");
    expect([quoted.code, quoted.stdout.includes("from 1 column (1 input)")]).toEqual([0, true]);
    const lines = Array.from({ length: 30 }, (_, row) =>
      JSON.stringify({ n: row, text: "x".repeat(70_000), y: row % 2 }),
    );
    writeFileSync(at("long.jsonl"), lines.join("\n"));
    const ofLines = await train(at("long.jsonl"), "comma", "--ignore", "2", "--target", "y");
    expect([ofLines.code, ofLines.stdout.includes("from 1 column (1 input)")]).toEqual([0, true]);
    const none = await train(given("comma-name.csv"), "comma", "--keep", "d");
    expect([none.code, none.stderr.includes('got "d" (the columns are a,b, c, target)')]).toEqual([2, true]);
  }, 60_000);

  it("say what is missing, and what becomes of rows without a target", async () => {
    const file = given("none-class.csv");
    const classes = await train(file, "none", "--target", "disorder");
    expect(classes.stdout).toContain('disorder, 3 classes\n"None" is one of the classes (--missing None');
    const refused = await train(file, "none", "--target", "disorder", "--missing", "None");
    expect([refused.code, refused.stderr.includes("(--missing-target drop leaves such rows out)")]).toEqual([1, true]);
    const dropped = await train(file, "none", "--target", "disorder", "--missing", "None", "--missing-target", "drop");
    expect(dropped.stdout).toContain("10 rows without a target left out\nclassification of disorder, 2 classes");
    const whole = await run("evaluate", at("none"), file);
    expect([whole.code, whole.stderr.includes("(--missing-target drop leaves such rows out)")]).toEqual([1, true]);
    const tested = await run("evaluate", at("none"), file, "--missing-target", "drop", "--json");
    expect([tested.code, JSON.parse(tested.stdout).rows]).toEqual([0, 20]);
    expect(tested.stderr).toContain("none-class.csv: 10 rows without a target left out");
  }, 60_000);
});

describe("files", () => {
  it("come gzipped, and by standard input", async () => {
    const bytes = readFileSync(given("with-index.csv"));
    writeFileSync(at("t.csv.gz"), gzipSync(bytes));
    const options = ["--target", "species", "--epochs", "1"];
    const outcomes = [
      await run("train", given("with-index.csv"), ...options, "--out", at("plain")),
      await run("train", at("t.csv.gz"), ...options, "--out", at("packed")),
      await runWithInput(bytes, "train", "-", ...options, "--out", at("piped")),
      await runWithInput(gzipSync(bytes), "train", "-", ...options, "--out", at("both")),
    ];
    const losses = outcomes.map(({ stdout }) => /loss [\d.]+/.exec(stdout)?.[0]);
    expect(new Set(losses).size).toBe(1);
    expect(losses[0]).toBeDefined();
    writeFileSync(at("cut.csv.gz"), gzipSync(bytes).subarray(0, 2000));
    const cut = await run("train", at("cut.csv.gz"), ...options);
    expect([cut.code, cut.stderr.includes("cut.csv.gz: expected a whole gzipped file")]).toEqual([1, true]);
    // 400 MB of empty lines in 400 kB: of no table.
    const empty = gzipSync(Buffer.alloc(4e6, "\n"));
    writeFileSync(at("bomb.csv.gz"), Buffer.concat([gzipSync("a,b\n1,2\n"), ...new Array(100).fill(empty)]));
    const bomb = await run("train", at("bomb.csv.gz"), "--target", "b");
    expect([bomb.code, bomb.stderr]).toEqual([
      1,
      expect.stringMatching(/expected \d+ bytes to unpack to at most \d+, got more/),
    ]);
  }, 60_000);

  it("of other encodings are read where these are named, also later", async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row % 2 ? "Jörg" : "Anna"};${row},5;${row % 2 ? "ä" : "b"}`);
    writeFileSync(at("latin.csv"), Buffer.from(`name;größe;target\n${rows.join("\n")}\n`, "latin1"));
    const refused = await train(at("latin.csv"), "latin");
    expect([refused.code, refused.stderr.includes("expected UTF-8 text")]).toEqual([1, true]);
    const read = await train(at("latin.csv"), "latin", "--encoding", "latin1");
    expect(read.stdout).toMatch(/\ngröße +1 {2}numbers, .*decimal commas\n/);
    const { code, stdout, stderr } = await run("predict", at("latin"), at("latin.csv"));
    expect([code, stderr, stdout.split("\n")[0]]).toEqual([0, "", "prediction,probability_b,probability_ä"]);
    expect((await train(at("latin.csv"), "latin", "--encoding", "klingon")).code).toBe(2);
  }, 60_000);

  it("of JSON Lines refuse what only CSV has; a model of CSV predicts them", async () => {
    const refused = await train(given("mixed.jsonl"), "lines", "--delimiter", ";");
    expect([refused.code, refused.stderr.includes("'--delimiter': expected it only for CSV files")]).toEqual([2, true]);
    writeFileSync(
      at("t.csv"),
      `a;ok;y\n${Array.from({ length: 40 }, (_, row) => `${row};${row % 2 ? "True" : "False"};${row % 2}`).join("\n")}\n`,
    );
    expect((await train(at("t.csv"), "csv", "--target", "y", "--delimiter", ";", "--header")).code).toBe(0);
    writeFileSync(at("t.jsonl"), '{"a":1,"ok":true}\n{"a":2,"ok":false}\n');
    const { code, stderr, stdout } = await run("predict", at("csv"), at("t.jsonl"));
    expect([code, stderr, stdout.trim().split("\n").length]).toEqual([0, "", 3]);
  }, 60_000);

  it("of many classes are written, and shown as far as they fit", async () => {
    const { code, stdout } = await train(given("many-classes-360.csv"), "many", "--target", "y");
    expect([code, stdout.includes("the 10 of 360 classes with the lowest F1")]).toEqual([0, true]);
  }, 60_000);
});
