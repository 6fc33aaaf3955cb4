import { describe, expect, it } from "vitest";
import { findSettings } from "../../src/app/bare-checkpoint.js";
import {
  checkpointMetadata,
  isCheckpoint,
  recordOf,
  settingsOf,
  settingsOfCheckpoint,
} from "../../src/app/checkpoint-file.js";
import { networkFromSettings, parseSpec } from "../../src/app/network-from-settings.js";
import { findRecord, type RunRecord, recordEntry } from "../../src/app/run-record.js";
import { activationNames, initializerNames, optimizerNames } from "../../src/app/settings/network-names.js";
import { DIGIT_DEFAULTS, type RunSettings } from "../../src/app/settings/page-settings.js";
import { MOMENTUM, SETTINGS } from "../../src/app/settings/schema.js";
import {
  createEngine,
  FormatError,
  fit,
  loadCheckpoint,
  type RunView,
  saveCheckpoint,
  serializeModel,
} from "../../src/index.js";

/** As the page has them. */
const OPTIMIZERS = [...optimizerNames, MOMENTUM];
const settings = { ...DIGIT_DEFAULTS, hidden: [3], seed: 5, learningRate: 0.25 };

/** A network of that many inputs and outputs after a step on two rows, and its checkpoint. */
async function trained(given: RunSettings = settings, inputs = 2, outputs = 2) {
  const engine = await createEngine({ threads: 1, variant: "simd" });
  const network = networkFromSettings(engine, given, { inputs, outputs, classes: [] });
  const rows = { inputs: new Float32Array(2 * inputs).fill(0.5), shape: [2, inputs], targets: Uint8Array.of(0, 1) };
  const run = fit(network, engine.dataset(rows, { classes: outputs }), { epochs: 1, batchSize: 1 });
  await run.run();
  return { network, bytes: saveCheckpoint(run as Pick<RunView, "checkpoint">) };
}

const read = (bytes: Uint8Array, name = "file") => settingsOfCheckpoint(loadCheckpoint(bytes), name);

/** The checkpoint's bytes with such metadata. */
function withMetadata(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  return saveCheckpoint({ checkpoint: () => loadCheckpoint(bytes) }, metadata);
}

describe("a checkpoint with the page's settings", () => {
  it("is still the checkpoint it was, and gives them back", async () => {
    const { bytes } = await trained();
    const metadata = checkpointMetadata(settings);
    const described = withMetadata(bytes, metadata);
    expect(loadCheckpoint(described)).toEqual({ ...loadCheckpoint(bytes), metadata });
    expect(read(described)).toEqual(settings);
    expect(read(withMetadata(described, checkpointMetadata({ ...settings, seed: 6 })))?.seed).toBe(6);
    expect(read(bytes)).toBeUndefined();
  });

  it("is told from a model and from what is neither", async () => {
    const { network, bytes } = await trained();
    expect(isCheckpoint(bytes)).toBe(true);
    expect(isCheckpoint(serializeModel(network))).toBe(false);
    expect(isCheckpoint(new Uint8Array(4))).toBe(false);
  });

  it("is refused with settings that no page writes", async () => {
    const { bytes } = await trained();
    const wrong = withMetadata(bytes, checkpointMetadata({ ...settings, batchSize: -1 }));
    expect(() => read(wrong)).toThrow(FormatError);
    expect(() => read(wrong)).toThrow("file: page_settings: batch: expected");
  });
});

describe("the record of a run", () => {
  const there = (given: RunSettings) => settingsOf(recordOf(given), 1, "file");

  it("has every setting but for threads and binary, in names that the command knows", () => {
    for (const activation of activationNames) {
      for (const init of initializerNames) {
        for (const optimizer of OPTIMIZERS) {
          const given: RunSettings = {
            ...{
              hidden: [5, 7],
              activation,
              dropout: 0.25,
              init,
              optimizer,
              learningRate: 0.125,
              batchSize: 50,
              epochs: 7,
            },
            ...{ seed: 2 ** 40, threads: "auto", arithmetic: "deterministic" },
          };
          expect(there(given)).toEqual(given);
          const record = recordOf(given).settings;
          expect(SETTINGS.activation.value?.parse(record.activation)).toBe(activation);
          expect(SETTINGS.init.value?.parse(record.init)).toBe(init);
          expect(SETTINGS.optimizer.value?.parse(record.optimizer)).toBe(optimizer);
          expect(parseSpec(record.optimizer).name).toBe(optimizer.split(":")[0]);
        }
      }
    }
    expect(there({ ...settings, arithmetic: "simd", threads: 3 })).toEqual(settings);
    expect(there({ ...settings, hidden: [] }).hidden).toEqual([]);
  });

  it("is in the checkpoints of page and command, and tells the page the settings", async () => {
    const { bytes } = await trained();
    const record = recordOf({ ...settings, optimizer: "adam", learningRate: 0.5 });
    expect(findRecord({ metadata: checkpointMetadata(settings) }, "file")).toEqual(recordOf(settings));
    expect(findRecord(loadCheckpoint(bytes), "file")).toBeUndefined();
    expect(read(withMetadata(bytes, recordEntry(record)))).toEqual({
      ...settings,
      optimizer: "adam",
      learningRate: 0.5,
    });
    // The command leaves the rate to the optimizer where it is not given.
    const { learningRate: _, ...rest } = record.settings;
    expect(read(withMetadata(bytes, recordEntry({ ...record, settings: rest })))?.learningRate).toBe(0.25);
  });

  it.each<[Partial<RunRecord["settings"]>, string]>([
    [{ schedule: "cosine" }, "file: its run has the schedule cosine, which this page does not support"],
    [{ classWeights: "balanced", earlyStopping: 5 }, "class weights balanced and early stopping"],
    [{ optimizer: "adam:beta1=0.8" }, "the optimizer adam:beta1=0.8"],
    [{ batchSize: 50_000 }, "batch: expected an integer from 1 to 8192"],
    [{ hidden: [5000] }, "layers: expected up to 8 layers of 1 to 4096 units"],
  ])("of a run with %j, which the page has not, is refused by name", (more, message) => {
    const record = recordOf(settings);
    const foreign = { ...record, settings: { ...record.settings, ...more } };
    expect(() => settingsOf(foreign, 1, "file")).toThrow(FormatError);
    expect(() => settingsOf(foreign, 1, "file")).toThrow(message);
  });

  it("of a table, or of other images, is refused", () => {
    const record = { ...recordOf(settings), task: "classification" };
    expect(() => settingsOf(record, 1, "file")).toThrow(
      "file: expected a checkpoint of a run on MNIST, got one of classification",
    );
    expect(() => settingsOf({ ...recordOf(settings), data: "0123" }, 1, "file")).toThrow(
      "file: expected a checkpoint of a run on MNIST, got one on other images; resume it with the command",
    );
  });
});

describe("a checkpoint without settings", () => {
  it.each(OPTIMIZERS)("of %s tells what its arrays tell; the rest is the form's, and named", async (optimizer) => {
    const run: RunSettings = {
      ...settings,
      hidden: [4, 3],
      optimizer,
      learningRate: 0.125,
      batchSize: 1,
      dropout: 0.5,
    };
    const contents = loadCheckpoint((await trained(run, 784, 10)).bytes);
    const form: RunSettings = { ...DIGIT_DEFAULTS, optimizer, dropout: 0.5, activation: "tanh", seed: 9 };
    const { settings: found, taken } = findSettings(contents, form, "file");
    expect(found).toEqual({ ...run, activation: "tanh", seed: 9, epochs: 25 });
    const alone = ["sgd", MOMENTUM].includes(optimizer);
    expect(taken).toEqual(["activation", "dropout", ...(alone ? [] : ["optimizer"]), "epochs"]);
    // One that keeps other arrays cannot have been it.
    expect(findSettings(contents, { ...form, optimizer: alone ? "adam" : "sgd" }, "file").settings.optimizer).not.toBe(
      alone ? "adam" : "sgd",
    );
  });

  it("is given no fewer epochs than it has begun", async () => {
    const contents = loadCheckpoint((await trained({ ...settings, hidden: [] }, 784, 10)).bytes);
    const late = { ...contents, position: { ...contents.position, epoch: 7, batch: 1 } };
    expect(findSettings(late, { ...settings, epochs: 3 }, "file")).toMatchObject({
      settings: { epochs: 7, hidden: [], dropout: 0 },
      taken: ["epochs"],
    });
  });

  it("is refused where something is missing that the form does not have, or where it is no network for digits", async () => {
    const contents = loadCheckpoint((await trained({ ...settings, dropout: 0.5 }, 784, 10)).bytes);
    expect(() => findSettings(contents, { ...settings, dropout: 0 }, "file")).toThrow(
      "file: the checkpoint does not say its dropout rate",
    );
    const other = loadCheckpoint((await trained()).bytes);
    expect(() => findSettings(other, settings, "file")).toThrow(
      "file: expected a network of 784 inputs and 10 outputs, got 2 → 3 → 2",
    );
  });
});
