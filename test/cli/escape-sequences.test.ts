import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEngine, Dense, Network, serializeModel } from "../../src/index.js";

const command = new URL("../../build/cli/main.js", import.meta.url).pathname;
const source = new URL("../../src/cli/", import.meta.url).pathname;

/** A title, a bell, a single character that begins a sequence; none of them is the command's own. */
const MARKS = ["\x1b]", "\x07", "\x9b"];
const evil = (name: string) => `${name}\x1b]0;t\x07\x9b2J`;
const shown = (name: string) => `${name}\ufffd]0;t\ufffd\ufffd2J`;

let folder: string;
let table: string;
let values: string;
let image: string;
let digits: string;
const at = (name: string) => join(folder, evil(name));

const expectNone = (output: string) => expect(MARKS.filter((mark) => output.includes(mark))).toEqual([]);

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
  expectNone(stdout + stderr);
  return { status, stdout, stderr };
}

/** Its output where all streams are a terminal. */
function runInTerminal(...args: string[]): string {
  const words = [process.execPath, command, ...args].map((word) => `'${word}'`).join(" ");
  const { NO_COLOR: _, ...env } = process.env;
  const { stdout, status } = spawnSync("script", ["-qefc", `exec ${words}`, "/dev/null"], {
    encoding: "utf8",
    env: { ...env, TERM: "xterm" },
  });
  expectNone(stdout);
  expect(status).toBe(0);
  return stdout;
}

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), "escapes-")), evil("folder"));
  mkdirSync(folder);
  [table, values, image, digits] = [at("t"), at("v"), at("i"), at("d")];
  table += ".csv";
  values += ".csv";
  const rows = Array.from(
    { length: 40 },
    (_, row) => `${row},"1,${row}",${evil(`n${row % 3}`)},${evil(row % 2 ? "a" : "b")}`,
  );
  writeFileSync(table, `x,${evil("comma")},${evil("column")},${evil("class")}\n${rows.join("\n")}\n`);
  writeFileSync(values, `${evil("x")},${evil("y")}\n${rows.map((_, row) => `${row},${row ** 2}`).join("\n")}\n`);
  const pixels = new Uint8Array(784).fill(255, 300, 400);
  writeFileSync(image, encode({ width: 28, height: 28, data: pixels, depth: 8, channels: 1 }));
  const engine = await createEngine({ threads: 1 });
  writeFileSync(digits, serializeModel(new Network(engine, [new Dense(784, 10)]), { task: "mnist" }));
  engine.dispose();
});
afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

const training = () => ["train", table, "--target", evil("class"), "--decimal", ",", "--epochs", "1"];

it("train, resume, predict, evaluate, info and export print names without what moves a cursor", () => {
  const out = at("run");
  const trained = run(...training(), "--out", out);
  expect(trained.status).toBe(0);
  expect(trained.stdout).toContain(
    `${shown("column")}       3  names: 3 (${shown("n0")}, ${shown("n1")}, ${shown("n2")})`,
  );
  expect(trained.stdout).toMatch(/\n.*comma.* 1 {2}numbers, .*, decimal commas\n/);
  expect(trained.stdout).toContain(`written: ${join(tmpdir(), "escapes-")}`);
  expect(trained.stdout).toContain(`${shown("run")}/report.html`);
  const resumed = run("train", table, "--resume", out, "--epochs", "2");
  expect(resumed.stdout).toContain(`${shown("run")} after 1 epochs`);
  expect(run("train", table, "--resume", out).stdout).toContain("no epochs left to train");
  expect(run("evaluate", out, table).stdout).toContain(shown("a"));
  expect(run("info", out).stdout).toContain(shown("column"));
  expect(run("export", out, "--format", "onnx", "--out", at("m.onnx")).stdout).toContain(shown("m.onnx"));
  writeFileSync(`${at("u")}.csv`, readFileSync(table, "utf8").replaceAll("n0", "n9"));
  const predicted = run("predict", out, `${at("u")}.csv`, "--out", at("p.csv"));
  expect(predicted.stderr).toContain(`column ${shown("column")}: 14 values that training did not know`);
  expect(run("train", values, "--epochs", "1", "--target", evil("y"), "--out", at("values")).status).toBe(0);
  expect(run("evaluate", at("values"), values).status).toBe(0);
  expect(run("predict", digits, image).stdout).toContain(`${shown("i")}: `);
}, 60_000);

it("in a terminal, too, where predictions are shown, and with --json, which keeps the values", () => {
  const out = at("terminal");
  expect(runInTerminal(...training(), "--out", out)).toContain(shown("class"));
  expect(runInTerminal("predict", out, table)).toContain(shown("a"));
  runInTerminal(...training(), "--resume", out, "--json");
  for (const args of [
    ["predict", out, table],
    ["evaluate", out, table],
    ["info", out],
    ["export", out, "--format", "npz", "--out", at("json.npz")],
    ["train", table, "--resume", out],
  ]) {
    const { status, stdout } = run(...args, "--json");
    expect(status).toBe(0);
    expect(JSON.stringify(JSON.parse(stdout.trim().split("\n").at(-1) as string))).toContain("\x9b2J");
  }
  expect(JSON.parse(run("predict", digits, image, "--json").stdout).image).toBe(image);
  // Not in a terminal it is data.
  const { stdout } = spawnSync(process.execPath, [command, "predict", out, table], { encoding: "utf8" });
  expect(stdout).toContain(evil("a"));
}, 60_000);

it("errors and wrong usage", () => {
  const out = at("errors");
  expect(run(...training(), "--out", out).status).toBe(0);
  writeFileSync(`${at("bad")}.csv`, `${evil("x")},${evil("x")}\n1,2\n`);
  writeFileSync(at("bad"), evil("no model"));
  for (const [status, ...args] of [
    [2, "train", table, "--target", evil("none")],
    [2, "train", table, "--ignore", evil("none")],
    [2, "train", table, "--target", evil("class"), "--categorical", evil("none")],
    [2, "train", table, "--target", evil("class"), "--class-weights", `${evil("none")}=1`],
    [2, "train", evil("none")],
    [2, evil("none")],
    [2, "train", table, evil("--none")],
    [2, "train", table, "--hidden", evil("1")],
    [2, "train", table, "--optimizer", evil("sgd")],
    [2, "predict", out, table, "--out", table],
    [2, "train", table, "--resume", out, "--out", at("other")],
    [1, "train", `${at("none")}.csv`],
    [1, "train", `${at("bad")}.csv`],
    [1, "train", table, "--resume", at("none")],
    [1, "train", table, "--target", evil("class"), "--out", join(table, "inside")],
    [1, "evaluate", at("none")],
    [1, "evaluate", out, values],
    [1, "info", at("bad")],
    [1, "predict", digits, `${table}x`],
    [1, "predict", out, image],
    [1, "train", "mnist", "--data", at("none")],
  ] as [number, ...string[]][]) {
    const { status: got, stderr } = run(...args);
    expect([args, got]).toEqual([args, status]);
    expect(stderr).toContain("\ufffd");
  }
}, 120_000);

it("no module but output.ts writes to a terminal", () => {
  const found = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && name !== "output.ts")
    .filter((name) =>
      /\bconsole\.|\b(?:stdout|stderr|screen|stream)\.write\b/.test(readFileSync(join(source, name), "utf8")),
    );
  expect(found).toEqual([]);
});
