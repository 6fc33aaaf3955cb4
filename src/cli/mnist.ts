/** MNIST, or a set like it, for the commands: found, read as bytes, with a word on where it came from. */

import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import type { ImageSet } from "../app/image-set.js";
import { type Mnist, type MnistFile, mnistChecksums, parseMnist } from "../digits/mnist.js";
import { areTransposed, readImageFiles } from "../node/image-files.js";
import { findMnist, type MnistLocation } from "../node/mnist-files.js";
import { keepInputs } from "./files.js";

/** The options that say where the files are. */
export interface DataOptions {
  readonly data?: string;
  readonly download?: boolean;
}

/** A set with what is said of it. */
export interface LoadedImages {
  readonly mnist: Mnist;
  readonly set: ImageSet;
  /** "MNIST", or what the files, else their folder are called. */
  readonly title: string;
  /** Which of the places looked at held MNIST, or the folder of another set. */
  readonly origin: string;
}

/** @throws MnistNotFoundError, FormatError */
export async function loadBytes({ data, download }: DataOptions): Promise<LoadedImages> {
  const location = await findMnist({
    ...(data !== undefined && { directory: data }),
    environment: process.env.SIMDGRAD_DATA,
    download: download ?? false,
  });
  const { paths } = location;
  keepInputs(Object.values(paths));
  const files = await readImageFiles(paths);
  const mnist = parseMnist(files, { dtype: "uint8", transposed: areTransposed(paths) }, paths);
  const [height, width] = mnist.imageShape;
  const { classes, transposed } = mnist;
  const fingerprint = fingerprintOf(files);
  const set = { height, width, classes, transposed, ...(fingerprint !== undefined && { data: fingerprint }) };
  return { mnist, set, ...(fingerprint === undefined ? mnistNames(location) : setNames(location)) };
}

function mnistNames({ source }: MnistLocation) {
  return { title: "MNIST", origin: source };
}

function setNames({ set, directory }: MnistLocation) {
  return { title: set ?? basename(resolve(directory)), origin: directory };
}

/** What tells the training files from others: so that a run does not go on with those of another set. None for MNIST's. */
function fingerprintOf(files: Readonly<Record<MnistFile, Uint8Array>>): string | undefined {
  const names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] as const;
  const hashes = names.map((name) => createHash("sha256").update(files[name]).digest("hex"));
  if (names.every((name, index) => hashes[index] === mnistChecksums[name].raw)) return undefined;
  return createHash("sha256").update(hashes.join(" ")).digest("hex");
}

/** The labels that the set has as classes of a model's. @throws RangeError for one that is none of the model's */
export function labelsAs(classes: readonly string[], { mnist, origin }: LoadedImages): Uint8Array | Int32Array {
  const { test } = mnist;
  const indices = mnist.classes.map((label) => classes.indexOf(label));
  return Int32Array.from(test.targets, (target) => {
    const index = indices[target] as number;
    if (index >= 0) return index;
    const known = `${classes[0]} to ${classes.at(-1)}`;
    throw new RangeError(`${origin}: expected labels of the model's classes, ${known}, got ${mnist.classes[target]}`);
  });
}
