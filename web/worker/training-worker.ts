/** The worker that trains on MNIST: takes calls from the page and answers them, and sends events. */

import { checkpointMetadata } from "../../src/app/checkpoint-file.js";
import type { ImageTask } from "../../src/app/image-task.js";
import type { DigitCalls } from "../protocol/digits.js";
import { firstLayer, hash, misclassified, read, test } from "./commands/inspect.js";
import { load, mnistTask } from "./commands/mnist.js";
import { open, saveModel } from "./commands/models.js";
import { runHandlers } from "./run-handlers.js";
import { post, serveCalls } from "./serve-calls.js";
import { Session } from "./session.js";

const session = new Session<ImageTask>((event) => post({ event }), checkpointMetadata);

serveCalls<DigitCalls>({
  load: (wanted) => load((event) => post({ event }), wanted),
  start: async ({ settings, step }) => {
    const engine = await session.start(settings, await mnistTask(), { batches: step ? 1 : undefined });
    return engine.info();
  },
  ...runHandlers(session),
  resume: ({ epochs }) => session.resume(epochs),
  checkpoint: () => ({ name: "checkpoint.safetensors", bytes: session.run.checkpointFile() }),
  read: (wanted) => read(session, wanted),
  firstLayer: (wanted) => firstLayer(session, wanted),
  test: () => test(session),
  misclassified: (wanted) => misclassified(session, wanted),
  saveModel: (wanted) => saveModel(session, wanted),
  open: (wanted) => open(session, wanted),
  hash: () => hash(session),
});
