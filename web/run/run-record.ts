/**
 * The settings of a run as the command line keeps them in run.json. Its checkpoints have them, too, and so have the page's, so that
 * each can go on with the other's runs.
 */

import type { RunRecord } from "../../src/cli/run-folder.js";
import type { TrainSettings } from "../../src/cli/settings.js";
import { FormatError } from "../../src/errors.js";
import { DEFAULT_SETTINGS, type RunSettings, readSettings } from "./settings.js";

const FORMAT = "simdgrad-run";
const MOMENTUM = "sgd:momentum=0.9";

/** The record of a run on MNIST. Which binary ran and on how many threads is not in it. */
export function writeRecord(settings: RunSettings): string {
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
  const record: RunRecord = { task: "mnist", settings: trained };
  return JSON.stringify({ format: FORMAT, version: 1, ...record });
}

/**
 * The settings of the page for a record's run.
 *
 * @param name of the file, for messages
 * @throws FormatError for what is no record, a run on other data, and a run that the page has no settings for
 */
export function readRecord(text: string, name: string): RunSettings {
  const { task, settings } = parseRecord(text, name);
  if (task !== "mnist") throw new FormatError(`${name}: expected a checkpoint of a run on MNIST, got one of ${task}`);
  const { schedule = "constant", classWeights = "none", earlyStopping, optimizer, learningRate } = settings;
  const foreign = [
    ...(schedule === "constant" ? [] : [`the schedule ${schedule}`]),
    ...(classWeights === "none" ? [] : [`class weights ${classWeights}`]),
    ...(earlyStopping === undefined ? [] : ["early stopping"]),
    ...(learningRate === undefined || /:(?!momentum=0\.9$)/.test(String(optimizer))
      ? [`the optimizer ${optimizer}`]
      : []),
  ];
  if (foreign.length > 0) {
    const what = foreign.join(" and ");
    throw new FormatError(`${name}: its run has ${what}, which this page has not; go on with it by the command line`);
  }
  const { settings: read, problems } = readSettings(linkOf(settings), DEFAULT_SETTINGS);
  if (problems.length === 0) return read;
  throw new FormatError(`${name}: the settings of its run are not to be had in this page: ${problems.join("; ")}`);
}

type Fields = Readonly<Partial<Record<keyof TrainSettings, unknown>>>;

function parseRecord(text: string, name: string): { readonly task: unknown; readonly settings: Fields } {
  try {
    const { format, version, task, settings } = JSON.parse(text) as Record<string, unknown>;
    if (format === FORMAT && version === 1 && typeof settings === "object" && settings) return { task, settings };
  } catch {
    // What is no JSON is no record either.
  }
  throw new FormatError(
    `${name}: expected the record of a run with format "${FORMAT}", version 1, got ${text.slice(0, 80)}`,
  );
}

/** The settings as a link has them: there each is checked. */
function linkOf(settings: Fields): string {
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

function camel(name: unknown): string {
  return String(name).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
