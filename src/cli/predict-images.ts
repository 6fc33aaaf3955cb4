/** `simdgrad predict`: the digits in PNG images. */

import { readFile } from "node:fs/promises";
import { toMnistDigit } from "../data/image.js";
import { readPng } from "../data/png.js";
import { createEngine } from "../engine.js";
import { FormatError } from "../errors.js";
import { fileKind } from "../formats/file-kind.js";
import { print, printJson } from "./output.js";
import { readDigitModel } from "./saved-model.js";

/** Prints each image's most likely digits; nothing if one of them cannot be read. */
export async function predictImages(
  model: string,
  paths: readonly string[],
  options: { readonly top: number; readonly json?: boolean },
): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const network = await readDigitModel(engine, model);
  const digits = await Promise.all(paths.map(readDigit));
  const results = digits.map((digit, index) => {
    const input = engine.matrix(1, digit.length, digit);
    const probabilities = [...network.predictProbabilities(input)];
    input.dispose();
    const ranked = probabilities.map((probability, label) => ({ label, probability }));
    ranked.sort((a, b) => b.probability - a.probability);
    return { image: paths[index] as string, digit: ranked[0]?.label, probabilities, ranked };
  });
  for (const { image, digit, probabilities, ranked } of results) {
    if (options.json) {
      printJson({ image, digit, probabilities });
      continue;
    }
    const shown = ranked
      .slice(0, options.top)
      .map(({ label, probability }) => `${label} ${(probability * 100).toFixed(1)} %`);
    print(`${image}: ${shown.join(", ")}`);
  }
}

/** The image as MNIST would have it. @throws Error naming the file when it is not a PNG image with something on it */
async function readDigit(path: string): Promise<Float32Array> {
  try {
    const bytes = await readFile(path);
    const kind = fileKind(bytes);
    if (kind !== "a PNG image") throw new FormatError(`got ${kind}`);
    return toMnistDigit(readPng(bytes));
  } catch (cause) {
    const { message } = cause as Error;
    const got = cause instanceof FormatError ? `, ${message}` : ` (${message})`;
    throw new Error(`${path}: expected a PNG image of a digit${got}`, { cause });
  }
}
