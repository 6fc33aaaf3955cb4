/** Opens models and checkpoints of digits. */

import { type FoundSettings, findSettings } from "../../../src/app/bare-checkpoint.js";
import { isCheckpoint, settingsOfCheckpoint } from "../../../src/app/checkpoint-file.js";
import type { ImageTask } from "../../../src/app/image-task.js";
import type { SavedFile } from "../../../src/app/model-file.js";
import { openDigitModel } from "../../../src/app/model-kinds.js";
import { optimizerFromSettings } from "../../../src/app/network-from-settings.js";
import type { RunUpdate } from "../../../src/app/run/events.js";
import type { RunSettings } from "../../../src/app/settings/page-settings.js";
import { weightsHash } from "../../../src/app/weights-hash.js";
import { type CheckpointContents, type Engine, FormatError, loadCheckpoint, type Network } from "../../../src/index.js";
import type { Argument, Opened } from "../../protocol/digits.js";
import type { Session } from "../session.js";
import { sha256 } from "../sha256.js";
import { mnistTask } from "./mnist.js";

export async function open(session: Session<ImageTask>, { settings, file }: Argument<"open">): Promise<Opened> {
  const { engine, run } = isCheckpoint(file.bytes)
    ? await openCheckpoint(session, settings, file)
    : { engine: await openModel(session, settings, file), run: undefined };
  const title = `${file.name}: ${describe(session.network)}`;
  return {
    title,
    engine: engine.info(),
    hash: await weightsHash(session.network.stateDict(), sha256),
    ...(run && { run }),
  };
}

async function openModel(session: Session<ImageTask>, settings: RunSettings, file: SavedFile): Promise<Engine> {
  return session.replace(settings, await mnistTask(), ({ engine }) => {
    const network = openDigitModel(engine, file, { optimizer: optimizerFromSettings(settings) });
    return { network, settings };
  });
}

async function openCheckpoint(session: Session<ImageTask>, present: RunSettings, { name, bytes }: SavedFile) {
  const contents = loadCheckpoint(bytes, name);
  const own = settingsOfCheckpoint(contents, name);
  const found: FoundSettings = own ? { settings: own, taken: [] } : findSettings(contents, present, name);
  const task = await mnistTask();
  const engine = await session.restore(found.settings, task, contents).catch((cause: Error) => {
    const whose = own ? "" : ", which contains no settings, with those from its arrays and from the form";
    throw new FormatError(`${name}${whose}: ${cause.message}`, { cause });
  });
  return { engine, run: { ...found, update: updateOf(contents, found.settings, session.data.training.rows) } };
}

/** The progress of a checkpoint's run. */
function updateOf(
  { position, history }: CheckpointContents,
  { epochs, batchSize }: RunSettings,
  rows: number,
): RunUpdate {
  const batches = Math.floor(rows / batchSize);
  const over = position.epoch > epochs;
  return {
    epoch: over ? epochs : position.epoch,
    epochs,
    batch: over ? batches : position.batch,
    batches,
    samplesPerSecond: Number.NaN,
    secondsLeft: Number.NaN,
    losses: history.map(({ epoch, trainLoss }) => [epoch, trainLoss] as const),
    reports: history,
  };
}

/** "784 → 100 → 10, 79,510 weights": the sizes of the arrays with two axes. */
function describe(network: Network): string {
  const parameters = network.parameters();
  const shapes = parameters.map(({ shape }) => shape).filter((shape) => shape.length === 2);
  const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
  return `${[shapes[0]?.[0], ...shapes.map((shape) => shape[1])].join(" → ")}, ${count.toLocaleString("en")} weights`;
}
