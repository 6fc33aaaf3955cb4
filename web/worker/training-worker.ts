/** The worker that does all the work: takes calls from the page and answers them, and sends events. */

import type { Answer, Argument, CallMessage, CallName, WorkerMessage } from "../protocol.js";
import { firstLayer, hash, misclassified, read, test } from "./commands/inspect.js";
import { load } from "./commands/mnist.js";
import { open, saveModel } from "./commands/models.js";
import { checkpoint, goOn, pause, resume, start, step, stop } from "./commands/run.js";
import { Session } from "./session.js";

type Handler<N extends CallName> = (session: Session, argument: Argument<N>) => Answer<N> | Promise<Answer<N>>;

const HANDLERS: { readonly [N in CallName]: Handler<N> } = {
  load,
  start,
  pause,
  continue: goOn,
  step,
  stop,
  resume,
  checkpoint,
  read,
  firstLayer,
  test,
  misclassified,
  saveModel,
  open,
  hash,
};

const post = (message: WorkerMessage) => postMessage(message);
const session = new Session((event) => post({ event }));

addEventListener("message", async ({ data }: MessageEvent<CallMessage>) => {
  const { id, name, argument } = data;
  try {
    post({ id, answer: await (HANDLERS[name] as Handler<CallName>)(session, argument) });
  } catch (error) {
    const { name: type, message } = error instanceof Error ? error : new Error(String(error));
    post({ id, error: { name: type, message } });
  }
});
