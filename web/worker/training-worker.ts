/** The worker that does all the work: takes calls from the page and answers them, and sends events. */

import type { Calls } from "../protocol.js";
import { firstLayer, hash, misclassified, read, test } from "./commands/inspect.js";
import { load } from "./commands/mnist.js";
import { open, saveModel } from "./commands/models.js";
import { checkpoint, goOn, pause, resume, start, step, stop } from "./commands/run.js";
import { post, serveCalls } from "./serve-calls.js";
import { Session } from "./session.js";

const session = new Session((event) => post({ event }));

serveCalls<Calls>({
  load: (wanted) => load(session, wanted),
  start: (wanted) => start(session, wanted),
  pause: () => pause(session),
  continue: () => goOn(session),
  step: () => step(session),
  stop: () => stop(session),
  resume: (wanted) => resume(session, wanted),
  checkpoint: () => checkpoint(session),
  read: (wanted) => read(session, wanted),
  firstLayer: (wanted) => firstLayer(session, wanted),
  test: () => test(session),
  misclassified: (wanted) => misclassified(session, wanted),
  saveModel: (wanted) => saveModel(session, wanted),
  open: (wanted) => open(session, wanted),
  hash: () => hash(session),
});
