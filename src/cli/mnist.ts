/** Finds and reads MNIST, or a set in its format, for the commands. */

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

/** A set, with its name and origin for messages. */
export interface LoadedImages {
  readonly mnist: Mnist;
  readonly set: ImageSet;
  /** "MNIST", or the name of the files or of their folder. */
  readonly title: string;
  /** Where MNIST was found, or the folder of another set. */
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

/** A hash of the training files, so that a run never resumes on another set; undefined for MNIST. */
function fingerprintOf(files: Readonly<Record<MnistFile, Uint8Array>>): string | undefined {
  const names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] as const;
  const hashes = names.map((name) => createHash("sha256").update(files[name]).digest("hex"));
  if (names.every((name, index) => hashes[index] === mnistChecksums[name].raw)) return undefined;
  return createHash("sha256").update(hashes.join(" ")).digest("hex");
}

/** The test labels as class indices of the model. @throws RangeError for a label that the model does not have */
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
