/** `simdgrad predict`: classifies PNG images of digits, or of what else the model was trained on. */

import { readFile } from "node:fs/promises";
import { type ImageSet, MNIST_IMAGES } from "../app/image-set.js";
import { FormatError } from "../checks/errors.js";
import { createEngine } from "../create-engine.js";
import { toMnistDigit } from "../digits/image.js";
import { readPng } from "../digits/png.js";
import { fileKind } from "../formats/file-kind.js";
import { print, printJson } from "./output.js";
import { readImageModel } from "./saved-model.js";

/** Prints the most likely labels of each image; prints nothing if one image cannot be read. */
export async function predictImages(
  model: string,
  paths: readonly string[],
  options: { readonly top: number; readonly json?: boolean },
): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const { network, set } = await readImageModel(engine, model);
  const digits = await Promise.all(paths.map((path) => readDigit(path, set)));
  const results = digits.map((digit, index) => {
    const input = engine.matrix(1, digit.length, digit);
    const probabilities = [...network.predictProbabilities(input)];
    input.dispose();
    const ranked = probabilities.map((probability, index) => ({ label: set.classes[index] as string, probability }));
    ranked.sort((a, b) => b.probability - a.probability);
    return { image: paths[index] as string, probabilities, ranked };
  });
  for (const { image, probabilities, ranked } of results) {
    if (options.json) {
      const label = Number(ranked[0]?.label);
      // MNIST's classes are their indices.
      const named = set === MNIST_IMAGES ? { digit: label } : { label, labels: set.classes.map(Number) };
      printJson({ image, ...named, probabilities });
      continue;
    }
    const shown = ranked
      .slice(0, options.top)
      .map(({ label, probability }) => `${label} ${(probability * 100).toFixed(1)} %`);
    print(`${image}: ${shown.join(", ")}`);
  }
}

/** The image in the size and style of the training images. @throws Error that names the file if it is not a PNG image or is blank */
async function readDigit(path: string, set: ImageSet): Promise<Float32Array> {
  try {
    const bytes = await readFile(path);
    const kind = fileKind(bytes);
    if (kind !== "a PNG image") throw new FormatError(`got ${kind}`);
    return toMnistDigit(readPng(bytes), [set.height, set.width]);
  } catch (cause) {
    const { message } = cause as Error;
    const got = cause instanceof FormatError ? `, ${message}` : ` (${message})`;
    const what = set === MNIST_IMAGES ? "a digit" : "one of the model's classes";
    throw new Error(`${path}: expected a PNG image of ${what}${got}`, { cause });
  }
}
