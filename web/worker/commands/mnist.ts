/** Calls that load MNIST and train on it. */

import { type Mnist, parseMnist } from "../../../src/digits/mnist.js";
import type { Argument, LabelledDigit } from "../../protocol.js";
import { downloadMnist } from "../mnist-download.js";
import type { Problem, Session } from "../session.js";

export const PIXELS = 784;
export const DIGITS = 10;

let mnist: Promise<Problem> | undefined;

/** MNIST, once it was asked to be loaded. @throws Error before */
export function mnistProblem(): Promise<Problem> {
  if (mnist) return mnist;
  throw new Error("MNIST is not loaded yet");
}

/** Fetches the files on the first call; a failed one can be repeated. */
export async function load(session: Session, { base }: Argument<"load">): Promise<readonly LabelledDigit[]> {
  mnist ??= fetchMnist(session, base);
  try {
    const { train } = await mnist;
    return [0, 1, 2, 3].map((row) => digitOf(train as Mnist["train"], row));
  } catch (error) {
    mnist = undefined;
    throw error;
  }
}

/** Image and label of a row. */
export function digitOf({ inputs, targets }: Problem["train"], row: number): LabelledDigit {
  const pixels = (inputs as Uint8Array).slice(row * PIXELS, (row + 1) * PIXELS);
  return { pixels, label: targets[row] as number };
}

async function fetchMnist({ send }: Session, base: string): Promise<Problem> {
  const { files, notKept } = await downloadMnist(base, (progress) => send({ kind: "data", ...progress }));
  const parts = parseMnist(files, { dtype: "uint8" });
  send({ kind: "data", stage: "ready", received: 1, total: 1, ...(notKept && { notKept }) });
  return { inputs: PIXELS, outputs: DIGITS, ...parts };
}
