/** Calls that save and open models. */

import { FormatError, loadModel, serializeModel } from "../../../src/index.js";
import type { Argument, OpenedModel, SavedFile } from "../../protocol.js";
import { createRunOptimizer } from "../../run/network.js";
import type { Session } from "../session.js";
import { test } from "./inspect.js";
import { DIGITS, mnistProblem, PIXELS } from "./mnist.js";

export function saveModel({ network }: Session): SavedFile {
  const metadata = { task: "mnist", seed: String(network.engine.info().seed) };
  return { name: "model.safetensors", bytes: serializeModel(network, metadata) };
}

export async function openModel(session: Session, { settings, file }: Argument<"openModel">): Promise<OpenedModel> {
  const engine = await session.prepare(settings, await mnistProblem());
  const { name, bytes } = file;
  const network = loadModel(engine, bytes, name, { optimizer: createRunOptimizer(settings.optimizer, settings.rate) });
  const inputs = network.parameters()[0]?.shape[0];
  if (inputs !== PIXELS || network.outputs !== DIGITS) {
    network.dispose();
    throw new FormatError(`${name}: expected a network of ${PIXELS} inputs and ${DIGITS} outputs, got another`);
  }
  session.adopt(network);
  return { summary: network.summary(), test: test(session) };
}
