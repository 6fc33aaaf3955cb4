/** The worker that trains on MNIST. */

import { checkpointMetadata } from "../../src/app/checkpoint-file.js";
import type { ImageTask } from "../../src/app/image-task.js";
import type { DigitCalls } from "../protocol/digits.js";
import { firstLayer, misclassified, read, test } from "./digits/inspect.js";
import { load, mnistTask } from "./digits/mnist.js";
import { open } from "./digits/models.js";
import { post, serveRun } from "./serve-run.js";
import { Session } from "./session.js";

const session = new Session<ImageTask>((event) => post({ event }), checkpointMetadata);

serveRun<DigitCalls, ImageTask>(session, () => ({ task: "mnist" }), {
  load: (wanted) => load((event) => post({ event }), wanted),
  start: async ({ settings, step }) => {
    const engine = await session.start(settings, await mnistTask(), { batches: step ? 1 : undefined });
    return engine.info();
  },
  checkpoint: () => ({ name: "checkpoint.safetensors", bytes: session.run.checkpointFile() }),
  read: (wanted) => read(session, wanted),
  firstLayer: (wanted) => firstLayer(session, wanted),
  test: () => test(session),
  misclassified: (wanted) => misclassified(session, wanted),
  open: (wanted) => open(session, wanted),
});
