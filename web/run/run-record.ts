/**
 * The settings of a run as the command line keeps them in run.json. Its checkpoints have them, too, and so have the page's, so that
 * each can go on with the other's runs.
 */

import type { RunRecord } from "../../src/app/run-record.js";
import type { TrainSettings } from "../../src/app/settings.js";
import { FormatError } from "../../src/checks/errors.js";
import { DEFAULT_SETTINGS, type RunSettings, readSettings } from "./settings.js";

const MOMENTUM = "sgd:momentum=0.9";

/** The record of a run on MNIST. Which binary ran and on how many threads is not in it. */
export function recordOf(settings: RunSettings): RunRecord {
  const { layers, activation, dropout, init, optimizer, rate, batch, epochs, seed, arithmetic } = settings;
  const trained: TrainSettings = {
    hidden: layers,
    activation: kebab(activation),
    dropout,
    init: kebab(init),
    optimizer: optimizer === "momentum" ? MOMENTUM : optimizer,
    learningRate: rate,
    schedule: "constant",
    epochs,
    batchSize: batch,
    classWeights: "none",
    seed,
    deterministic: arithmetic === "deterministic",
    validationSplit: 0.1,
    testSplit: 0.2,
    scaling: "standard",
  };
  return { task: "mnist", settings: trained };
}

/**
 * The settings of the page for a record's run.
 *
 * @param learningRate of the optimizer, for a record that leaves it to that
 * @param name of the file, for messages
 * @throws FormatError for a run on other data, and for one that the page has no settings for
 */
export function settingsOf({ task, data, settings }: RunRecord, learningRate: number, name: string): RunSettings {
  if (task !== "mnist") throw new FormatError(`${name}: expected a checkpoint of a run on MNIST, got one of ${task}`);
  if (data !== undefined) {
    const got = "got one on other images: go on with it by the command line";
    throw new FormatError(`${name}: expected a checkpoint of a run on MNIST, ${got}`);
  }
  const { schedule, classWeights, earlyStopping, optimizer } = settings;
  const foreign = [
    ...(schedule === "constant" ? [] : [`the schedule ${schedule}`]),
    ...(classWeights === "none" ? [] : [`class weights ${classWeights}`]),
    ...(earlyStopping === undefined ? [] : ["early stopping"]),
    ...(/:(?!momentum=0\.9$)/.test(optimizer) ? [`the optimizer ${optimizer}`] : []),
  ];
  if (foreign.length > 0) {
    const what = foreign.join(" and ");
    throw new FormatError(`${name}: its run has ${what}, which this page has not; go on with it by the command line`);
  }
  const { settings: read, problems } = readSettings(linkOf({ learningRate, ...settings }), DEFAULT_SETTINGS);
  if (problems.length === 0) return read;
  throw new FormatError(`${name}: the settings of its run are not to be had in this page: ${problems.join("; ")}`);
}

/** The settings as a link has them: there each is checked. */
function linkOf(settings: TrainSettings): string {
  const { hidden, activation, dropout, init, optimizer, learningRate, batchSize, epochs, seed, deterministic } =
    settings;
  const texts = {
    layers: hidden,
    activation: camel(activation),
    dropout,
    init: camel(init),
    optimizer: optimizer === MOMENTUM ? "momentum" : optimizer,
    rate: learningRate,
    batch: batchSize,
    epochs,
    seed,
    arithmetic: deterministic === true ? "deterministic" : "auto",
  };
  return new URLSearchParams(Object.entries(texts).map(([key, value]) => [key, String(value)])).toString();
}

/** "leaky-relu" of "leakyRelu", as the command line spells names. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
