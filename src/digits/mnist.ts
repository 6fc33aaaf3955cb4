/**
 * MNIST, and sets of images in the format of its four files, as training, validation and test rows. Pure: `mnist-files.ts` finds and
 * reads the files.
 */
import { checkBoolean, checkChoice } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import type { DataSource } from "../dataset/data-source.js";
import { type IdxArray, parseIdx } from "./idx.js";

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

/** How to return the pixels. */
export interface MnistOptions {
  /** Rows of all pixels of an image (the default; 784 for MNIST), or of height × width. */
  readonly flatten?: boolean;
  /**
   * `"float32"`: pixel / 255 (the default). `"uint8"`: the bytes with `scale` 1/255. Bytes and labels are views of the file's, unless
   * the images are transposed or the labels begin at 1.
   */
  readonly dtype?: "float32" | "uint8";
  /**
   * Whether the files have transposed images, which are then transposed back. Default: whether the files are named EMNIST, whose
   * images are transposed.
   */
  readonly transposed?: boolean;
}

/** The three parts of the set. MNIST has 50 000, 10 000 and 10 000 rows. */
export interface Mnist {
  readonly train: DataSource;
  /** The last sixth of the training set. */
  readonly validation: DataSource;
  readonly test: DataSource;
  /** Height and width of an image: [28, 28] for MNIST. */
  readonly imageShape: readonly [height: number, width: number];
  /** The label of each class in the files: from "0", or from "1" if no label is 0, up to the largest. */
  readonly classes: readonly string[];
  /** Whether the files had transposed images. Here they are not transposed. */
  readonly transposed: boolean;
}

/** The share of the training rows for validation: 10 000 of MNIST's 60 000. */
const VALIDATION_SHARE = 1 / 6;

/** Images `[rows, height, width]` and their labels `[rows]`. */
interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** The same as files have them. */
interface FilePair extends LabelledImages {
  readonly height: number;
  readonly width: number;
}

/**
 * Parses the four unpacked files. The last sixth of the training set is the validation set.
 *
 * @param names of the files, for messages
 * @throws FormatError with the name of a file that is not IDX, has no images, has images of another size than the training set, or
 * does not have one label per image; also for fewer than two training images
 * @throws TypeError, RangeError for an unknown `dtype`
 */
export function parseMnist(
  files: Readonly<Record<MnistFile, Uint8Array>>,
  options: MnistOptions = {},
  names: Readonly<Partial<Record<MnistFile, string>>> = {},
): Mnist {
  const { flatten = true, dtype = "float32", transposed = false } = options;
  checkBoolean("flatten", flatten);
  checkBoolean("transposed", transposed);
  checkChoice("dtype", dtype, ["float32", "uint8"]);
  const read = (file: MnistFile) => ({ ...parseIdx(files[file], names[file] ?? file), name: names[file] ?? file });
  const training = pair(read("train-images-idx3-ubyte"), read("train-labels-idx1-ubyte"));
  const testing = pair(read("t10k-images-idx3-ubyte"), read("t10k-labels-idx1-ubyte"), training);
  const rows = training.labels.length;
  if (rows < 2) {
    const name = names["train-images-idx3-ubyte"] ?? "train-images-idx3-ubyte";
    throw new FormatError(`${name}: expected at least 2 images (a sixth is for validation), got ${rows}`);
  }
  const first = training.labels.includes(0) || testing.labels.includes(0) ? 0 : 1;
  const last = largest(training.labels, largest(testing.labels, first));
  const { height, width } = training;
  const imageShape = transposed ? ([width, height] as const) : ([height, width] as const);
  const toSource = ({ images, labels }: LabelledImages): DataSource => {
    const shape = [labels.length, ...(flatten ? [height * width] : imageShape)];
    const upright = transposed ? turned(images, height, width) : images;
    const targets = first === 0 ? labels : labels.map((label) => label - first);
    return dtype === "uint8"
      ? { inputs: upright, shape, targets, scale: 1 / 255 }
      : { inputs: toUnitRange(upright), shape, targets };
  };
  const split = rows - Math.max(1, Math.floor(rows * VALIDATION_SHARE));
  return {
    train: toSource(slice(training, 0, split)),
    validation: toSource(slice(training, split, rows)),
    test: toSource(testing),
    imageShape,
    classes: Array.from({ length: last - first + 1 }, (_, index) => String(first + index)),
    transposed,
  };
}

/** One set's images and labels, checked against each other and the images that there are already. */
function pair(images: IdxArray & { name: string }, labels: IdxArray & { name: string }, like?: FilePair): FilePair {
  const [rows = 0, height = 0, width = 0] = images.shape;
  const got = (array: IdxArray) => `got an array of ${array.shape.join("x")}`;
  if (images.shape.length !== 3 || rows * height * width === 0) {
    throw new FormatError(`${images.name}: expected images, an array of rows, height and width, ${got(images)}`);
  }
  if (like && (height !== like.height || width !== like.width)) {
    const expected = `images of ${like.height}x${like.width}, as the training set has them`;
    throw new FormatError(`${images.name}: expected ${expected}, ${got(images)}`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== rows) {
    throw new FormatError(`${labels.name}: expected ${rows} labels, one an image, ${got(labels)}`);
  }
  return { images: images.data, labels: labels.data, height, width };
}

/** Rows `begin` to `end` (excluded), as views. */
function slice({ images, labels, height, width }: FilePair, begin: number, end: number): LabelledImages {
  const pixels = height * width;
  return { images: images.subarray(begin * pixels, end * pixels), labels: labels.subarray(begin, end) };
}

function largest(labels: Uint8Array, most: number): number {
  return labels.reduce((found, label) => Math.max(found, label), most);
}

/** Images `[rows, height, width]` as `[rows, width, height]`: a copy. */
function turned(images: Uint8Array, height: number, width: number): Uint8Array {
  const copy = new Uint8Array(images.length);
  for (let begin = 0; begin < images.length; begin += height * width) {
    for (let row = 0; row < height; ++row) {
      for (let column = 0; column < width; ++column) {
        copy[begin + column * height + row] = images[begin + row * width + column] as number;
      }
    }
  }
  return copy;
}

/** Each byte / 255, the quotient rounded to f32 once. */
function toUnitRange(bytes: Uint8Array): Float32Array {
  const quotients = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = quotients[bytes[i] as number] as number;
  return values;
}
