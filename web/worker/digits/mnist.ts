/** Loads MNIST once, and returns single images for the page. */

import { MNIST_IMAGES } from "../../../src/app/image-set.js";
import { type ImageTask, imageTask } from "../../../src/app/image-task.js";
import { parseMnist } from "../../../src/digits/mnist.js";
import type { DataSource } from "../../../src/index.js";
import type { Argument, LabelledDigit } from "../../protocol/digits.js";
import type { WorkerEvent } from "../../protocol/run.js";
import { downloadMnist } from "../mnist-download.js";

type Send = (event: WorkerEvent) => void;

export const PIXELS = 784;
export const DIGITS = 10;

let mnist: Promise<ImageTask> | undefined;

/** The MNIST task. @throws Error before `load` */
export function mnistTask(): Promise<ImageTask> {
  if (mnist) return mnist;
  throw new Error("MNIST is not loaded yet");
}

/** Fetches the files on the first call. If that fails, the next call tries again. */
export async function load(send: Send, { base }: Argument<"load">): Promise<readonly LabelledDigit[]> {
  mnist ??= fetchMnist(send, base);
  try {
    const { train } = (await mnist).sources;
    return [0, 1, 2, 3].map((row) => digitOf(train, row));
  } catch (error) {
    mnist = undefined;
    throw error;
  }
}

/** Image and label of a row. */
export function digitOf({ inputs, targets }: DataSource, row: number): LabelledDigit {
  const pixels = (inputs as Uint8Array).slice(row * PIXELS, (row + 1) * PIXELS);
  return { pixels, label: targets[row] as number };
}

async function fetchMnist(send: Send, base: string): Promise<ImageTask> {
  const { files, notKept } = await downloadMnist(base, (progress) => send({ kind: "data", ...progress }));
  const parts = parseMnist(files, { dtype: "uint8" });
  send({ kind: "data", stage: "ready", received: 1, total: 1, ...(notKept && { notKept }) });
  return imageTask(parts, MNIST_IMAGES);
}
