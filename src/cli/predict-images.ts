/** `simdgrad predict`: the digits in PNG images, or what else the model names. */

import { readFile } from "node:fs/promises";
import { type ImageSet, MNIST_IMAGES } from "../app/image-set.js";
import { FormatError } from "../checks/errors.js";
import { createEngine } from "../create-engine.js";
import { toMnistDigit } from "../digits/image.js";
import { readPng } from "../digits/png.js";
import { fileKind } from "../formats/file-kind.js";
import { print, printJson } from "./output.js";
import { readImageModel } from "./saved-model.js";

/** Prints each image's most likely labels; nothing if one of them cannot be read. */
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

/** The image as the model's set would have it. @throws Error naming the file when it is not a PNG image with something on it */
async function readDigit(path: string, set: ImageSet): Promise<Float32Array> {
  try {
    const bytes = await readFile(path);
    const kind = fileKind(bytes);
    if (kind !== "a PNG image") throw new FormatError(`got ${kind}`);
    return toMnistDigit(readPng(bytes), [set.height, set.width]);
  } catch (cause) {
    const { message } = cause as Error;
    const got = cause instanceof FormatError ? `, ${message}` : ` (${message})`;
    const what = set === MNIST_IMAGES ? "a digit" : "what the model names";
    throw new Error(`${path}: expected a PNG image of ${what}${got}`, { cause });
  }
}
