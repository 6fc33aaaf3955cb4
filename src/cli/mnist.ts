/** MNIST for the commands: found, read as bytes, with a word on where it came from. */

import type { Mnist } from "../data/mnist.js";
import { findMnist, readMnist } from "../node/mnist-files.js";
import { keepInputs } from "./files.js";

/** Pixels of an image, and digits. */
export const PIXELS = 784;
export const CLASSES = 10;

/** The options that say where the files are. */
export interface DataOptions {
  readonly data?: string;
  readonly download?: boolean;
}

/** @throws MnistNotFoundError, FormatError */
export async function loadBytes({ data, download }: DataOptions): Promise<{ mnist: Mnist; origin: string }> {
  const location = await findMnist({
    ...(data !== undefined && { directory: data }),
    environment: process.env.SIMDGRAD_DATA,
    download: download ?? false,
  });
  keepInputs(Object.values(location.paths));
  const mnist = await readMnist(location, { dtype: "uint8" });
  return { mnist, origin: location.source };
}
