/** The task of naming MNIST's digits. */

import { CLASSES, type DataOptions, loadBytes, PIXELS } from "./mnist.js";
import { pickSamples } from "./results.js";
import type { TrainingTask } from "./task.js";
import { drawDigits } from "./terminal.js";

export async function mnistTask(options: DataOptions): Promise<TrainingTask> {
  const { mnist, origin } = await loadBytes(options);
  return {
    task: "mnist",
    title: "MNIST",
    introduction: `MNIST (${origin}): 50000 training, 10000 validation, 10000 test images`,
    drawing: (colour, columns) => {
      const rows = [0, 1, 2, 3];
      const images = rows.map((row) => mnist.train.inputs.subarray(row * PIXELS, (row + 1) * PIXELS) as Uint8Array);
      const titles = rows.map((row) => `Label: ${mnist.train.targets[row]}`);
      return drawDigits(images, titles, colour, columns);
    },
    inputs: PIXELS,
    outputs: CLASSES,
    classes: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    metadata: {},
    place: (engine) => ({
      training: engine.dataset(mnist.train),
      validation: engine.dataset(mnist.validation),
      test: engine.dataset(mnist.test),
    }),
    samples: (network, test) => pickSamples(network, mnist.test, test),
  };
}
