/** The MNIST files as training, validation and test rows. Pure: `mnist-files.ts` finds and reads the files. */
import { checkBoolean, checkChoice } from "../check-options.js";
import { FormatError } from "../errors.js";
import { parseIdx } from "./idx.js";
import type { DataSource } from "./source.js";

/** The four files of the dataset, by their canonical names without `.gz`. */
export const mnistFiles = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** The canonical name of one of the four files. */
export type MnistFile = (typeof mnistFiles)[number];

/** SHA-256 of the canonical files, in hexadecimal: unpacked, and as the mirrors' `.gz`. */
export const mnistChecksums: Readonly<Record<MnistFile, { readonly raw: string; readonly gz: string }>> = {
  "train-images-idx3-ubyte": {
    raw: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    gz: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
  },
  "train-labels-idx1-ubyte": {
    raw: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    gz: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
  },
  "t10k-images-idx3-ubyte": {
    raw: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    gz: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
  },
  "t10k-labels-idx1-ubyte": {
    raw: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    gz: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
  },
};

/** Public base URLs of the `.gz` files, in the order they are tried. */
export const mnistMirrors: readonly string[] = [
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
];

/** How the pixels are handed out. */
export interface MnistOptions {
  /** Rows of 784 pixels (the default), or of 28×28. */
  readonly flatten?: boolean;
  /** `"float32"`: pixel / 255 (the default). `"uint8"`: the file's bytes, uncopied, with `scale` 1/255. */
  readonly dtype?: "float32" | "uint8";
}

/** The three parts of the dataset: 50 000, 10 000 and 10 000 rows. */
export interface Mnist {
  readonly train: DataSource;
  readonly validation: DataSource;
  readonly test: DataSource;
}

const side = 28;
const classes = 10;
const validationRows = 10_000;

/** Bytes of images `[rows, 28, 28]` and their labels `[rows]`. */
interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * Parses the four unpacked files; the last 10 000 rows of the training set are the validation set.
 *
 * @throws FormatError naming the file that is not IDX, not 28×28, not one label 0–9 an image, or too short to split
 * @throws TypeError, RangeError for an unknown `dtype`
 */
export function parseMnist(files: Readonly<Record<MnistFile, Uint8Array>>, options: MnistOptions = {}): Mnist {
  const { flatten = true, dtype = "float32" } = options;
  checkBoolean("flatten", flatten);
  checkChoice("dtype", dtype, ["float32", "uint8"]);
  const training = parsePair(files, "train-images-idx3-ubyte", "train-labels-idx1-ubyte");
  const testing = parsePair(files, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
  const rows = training.labels.length;
  if (rows <= validationRows) {
    throw new FormatError(
      `train-images-idx3-ubyte: expected more than ${validationRows} images (the last are for validation), got ${rows}`,
    );
  }
  const split = rows - validationRows;
  return {
    train: toSource(slice(training, 0, split), flatten, dtype),
    validation: toSource(slice(training, split, rows), flatten, dtype),
    test: toSource(testing, flatten, dtype),
  };
}

/** One set's images and labels, checked against each other. */
function parsePair(
  files: Readonly<Record<MnistFile, Uint8Array>>,
  imagesFile: MnistFile,
  labelsFile: MnistFile,
): LabelledImages {
  const images = parseIdx(files[imagesFile], imagesFile);
  const labels = parseIdx(files[labelsFile], labelsFile);
  const [rows, height, width] = images.shape;
  if (height !== side || width !== side) {
    const expected = `images of ${side}x${side}`;
    throw new FormatError(`${imagesFile}: expected ${expected}, got an array of ${images.shape.join("x")}`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== rows) {
    const expected = `${rows} labels, one an image`;
    throw new FormatError(`${labelsFile}: expected ${expected}, got an array of ${labels.shape.join("x")}`);
  }
  const stray = labels.data.findIndex((label) => label >= classes);
  if (stray >= 0) {
    throw new FormatError(`${labelsFile}: expected labels 0 to ${classes - 1}, got ${labels.data[stray]} at ${stray}`);
  }
  return { images: images.data, labels: labels.data };
}

/** Rows `begin` to `end` (excluded), as views. */
function slice({ images, labels }: LabelledImages, begin: number, end: number): LabelledImages {
  const pixels = side * side;
  return { images: images.subarray(begin * pixels, end * pixels), labels: labels.subarray(begin, end) };
}

function toSource({ images, labels }: LabelledImages, flatten: boolean, dtype: "float32" | "uint8"): DataSource {
  const shape = flatten ? [labels.length, side * side] : [labels.length, side, side];
  return dtype === "uint8"
    ? { inputs: images, shape, targets: labels, scale: 1 / 255 }
    : { inputs: toUnitRange(images), shape, targets: labels };
}

/** Each byte / 255, the quotient rounded to f32 once. */
function toUnitRange(bytes: Uint8Array): Float32Array {
  const quotients = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = quotients[bytes[i] as number] as number;
  return values;
}
