/** mnistTask: classifying the images of MNIST, or of a set in its format. */

import { describeImages } from "../../app/image-set.js";
import { imageTask } from "../../app/image-task.js";
import type { DataSource } from "../../dataset/data-source.js";
import { type DataOptions, type LoadedImages, loadBytes } from "../mnist.js";
import { greyPng } from "../report/grey-png.js";
import type { ReportData } from "../report/report.js";
import { drawDigits, printable } from "../terminal.js";
import type { TrainingTask } from "./training-task.js";

/** How many images are drawn before training. */
const DRAWN = 4;
/** How many right and how many wrong predictions report.html shows at most. */
const SHOWN = 12;

export async function mnistTask(options: DataOptions): Promise<TrainingTask> {
  const loaded = await loadBytes(options);
  const { mnist, set, title } = loaded;
  return {
    ...imageTask(mnist, set),
    title,
    introduction: introduce(loaded),
    drawing: (colour, columns) => drawFirst(mnist.train, loaded, colour, columns),
    ...(set.data !== undefined && { fingerprint: set.data }),
    samples: (predicted) => pickSamples(predicted, mnist.test, set),
  };
}

/** What was read, and anything unusual about it. */
function introduce({ mnist, set, title, origin }: LoadedImages): string {
  const { train, validation, test } = mnist;
  const [training, validating, testing] = [train, validation, test].map(({ shape }) => shape[0]);
  const counts = `${training} training, ${validating} validation, ${testing} test images`;
  const kind = set.data === undefined ? "" : ` of ${describeImages(set)}`;
  const lines = [`${printable(title, 80)} (${printable(origin, 1000)}): ${counts}${kind}`];
  if (set.transposed)
    lines.push("the images were transposed, because EMNIST's files (named emnist) store them transposed");
  const absent = absentClasses(train, set.classes);
  if (absent.length > 0) {
    const shown = absent.slice(0, 20).join(", ") + (absent.length > 20 ? `, … ${absent.length - 20} more` : "");
    lines.push(`warning: no training image has one of these labels, so the network cannot learn them: ${shown}`);
  }
  return lines.join("\n");
}

/** Classes without training rows. */
function absentClasses({ targets }: DataSource, classes: readonly string[]): readonly string[] {
  const found = new Set<number>(targets);
  return classes.filter((_, index) => !found.has(index));
}

function drawFirst(
  { inputs, targets }: DataSource,
  { set: { height, width, classes } }: LoadedImages,
  colour: boolean,
  columns: number | undefined,
): string {
  const rows = Array.from({ length: Math.min(DRAWN, targets.length) }, (_, row) => row);
  const pixels = height * width;
  const images = rows.map((row) => inputs.subarray(row * pixels, (row + 1) * pixels) as Uint8Array);
  const titles = rows.map((row) => `Label: ${classes[targets[row] as number]}`);
  return drawDigits(images, titles, colour, columns, [height, width]);
}

/** The first test images with a right prediction, and the first with a wrong one. */
function pickSamples(
  predicted: ArrayLike<number>,
  { inputs, targets }: DataSource,
  { height, width, classes }: LoadedImages["set"],
): ReportData["samples"] {
  const right: number[] = [];
  const wrong: number[] = [];
  for (let row = 0; row < targets.length; ++row) {
    const kind = predicted[row] === targets[row] ? right : wrong;
    if (kind.length < SHOWN) kind.push(row);
  }
  const pixels = height * width;
  return [...right, ...wrong].map((row) => ({
    png: greyPng(width, height, inputs.slice(row * pixels, (row + 1) * pixels) as Uint8Array),
    predicted: classes[predicted[row] as number] as string,
    label: classes[targets[row] as number] as string,
  }));
}
