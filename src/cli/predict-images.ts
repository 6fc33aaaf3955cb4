/** `simdgrad predict`: the digits in PNG images. */

import { readFile } from "node:fs/promises";
import { decode } from "fast-png";
import { type DigitImage, toMnistDigit } from "../data/image.js";
import { createEngine } from "../engine.js";
import { FormatError } from "../errors.js";
import { fileKind } from "../formats/file-kind.js";
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
      console.log(JSON.stringify({ image, digit, probabilities }));
      continue;
    }
    const shown = ranked
      .slice(0, options.top)
      .map(({ label, probability }) => `${label} ${(probability * 100).toFixed(1)} %`);
    console.log(`${image}: ${shown.join(", ")}`);
  }
}

/** The image as MNIST would have it. @throws Error naming the file when it is not a PNG image with something on it */
async function readDigit(path: string): Promise<Float32Array> {
  try {
    const bytes = await readFile(path);
    const kind = fileKind(bytes);
    if (kind !== "a PNG image") throw new FormatError(`got ${kind}`);
    return toMnistDigit(toDigitImage(decode(bytes, { checkCrc: true })));
  } catch (cause) {
    const { message } = cause as Error;
    const got = cause instanceof FormatError ? `, ${message}` : ` (${message})`;
    throw new Error(`${path}: expected a PNG image of a digit${got}`, { cause });
  }
}

/** Palette colours looked up and shallow depths widened, so that only 8 and 16 bits remain. */
function toDigitImage(png: ReturnType<typeof decode>): DigitImage {
  const { width, height, depth, palette } = png;
  if (palette) {
    const data = Uint8Array.from(
      Array.from(png.data as Uint8Array, (index) => [...(palette[index] ?? [0, 0, 0]), 255].slice(0, 4)).flat(),
    );
    return { width, height, channels: 4, data };
  }
  const channels = png.channels as DigitImage["channels"];
  if (depth === 8 || depth === 16) {
    return { width, height, channels, data: png.data as Uint8Array | Uint16Array, depth };
  }
  throw new RangeError(`expected 8 or 16 bits a channel, got ${depth}`);
}
