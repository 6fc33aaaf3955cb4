/** Calls that save and open models and checkpoints. */

import { FormatError, loadCheckpoint, loadModel, loadOnnx, type Network } from "../../../src/index.js";
import type { Argument, Opened, RunUpdate, SavedFile } from "../../protocol.js";
import { isCheckpoint, settingsOfCheckpoint } from "../../run/checkpoint-file.js";
import { isOnnx, writeModel } from "../../run/model-file.js";
import { createRunOptimizer } from "../../run/network.js";
import type { RunSettings } from "../../run/settings.js";
import { weightsHash } from "../../run/weights-hash.js";
import type { Session } from "../session.js";
import { DIGITS, mnistProblem, PIXELS } from "./mnist.js";

export function saveModel({ network, settings }: Session, { format }: Argument<"saveModel">): SavedFile {
  return writeModel(network, format, { task: "mnist", seed: String(settings.seed) });
}

export async function open(session: Session, { settings, file }: Argument<"open">): Promise<Opened> {
  const { engine, run } =
    !isOnnx(file.name) && isCheckpoint(file.bytes)
      ? await openCheckpoint(session, settings, file)
      : { engine: await openModel(session, settings, file), run: undefined };
  const hash = await weightsHash(session.network.stateDict()).catch(() => "");
  return { title: `${file.name}: ${describe(session.network)}`, engine: engine.info(), hash, ...(run && { run }) };
}

async function openModel(session: Session, settings: RunSettings, { name, bytes }: SavedFile) {
  const engine = await session.prepare(settings, await mnistProblem());
  const load = isOnnx(name) ? loadOnnx : loadModel;
  const network = load(engine, bytes, name, { optimizer: createRunOptimizer(settings.optimizer, settings.rate) });
  const inputs = network.parameters()[0]?.shape[0];
  if (inputs !== PIXELS || network.outputs !== DIGITS) {
    network.dispose();
    throw new FormatError(
      `${name}: expected a network of ${PIXELS} inputs and ${DIGITS} outputs, got ${inputs} and ${network.outputs}`,
    );
  }
  session.adopt(network, settings);
  return engine;
}

async function openCheckpoint(session: Session, present: RunSettings, { name, bytes }: SavedFile) {
  const settings = settingsOfCheckpoint(bytes, name) ?? present;
  const contents = loadCheckpoint(bytes, name);
  const { position, history } = contents;
  const problem = await mnistProblem();
  const engine = await session.restore(settings, problem, contents);
  const { epochs } = settings;
  const batches = Math.floor(session.placed.train.rows / settings.batch);
  const over = position.epoch > epochs;
  const update: RunUpdate = {
    epoch: over ? epochs : position.epoch,
    epochs,
    batch: over ? batches : position.batch,
    batches,
    samplesPerSecond: Number.NaN,
    secondsLeft: Number.NaN,
    losses: history.map(({ epoch, trainLoss }) => [epoch, trainLoss] as const),
    reports: history,
  };
  return { engine, run: { settings, update } };
}

/** "784 → 100 → 10, 79,510 weights": the sizes of the arrays with two axes. */
function describe(network: Network): string {
  const parameters = network.parameters();
  const shapes = parameters.map(({ shape }) => shape).filter((shape) => shape.length === 2);
  const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
  return `${[shapes[0]?.[0], ...shapes.map((shape) => shape[1])].join(" → ")}, ${count.toLocaleString("en")} weights`;
}
