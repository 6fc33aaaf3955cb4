/** A page's settings as the record of its run has them, so that command and page go on with each other's runs. */

import { FormatError } from "../checks/errors.js";
import type { RunRecord } from "./run-record.js";
import { FIELDS, type RunSettings, readSettings } from "./settings/page-settings.js";
import { defaultSettings } from "./settings/resolve-settings.js";
import { MOMENTUM } from "./settings/schema.js";
import type { Value } from "./settings/values.js";

/** The record of a run on MNIST. Which binary ran and on how many threads is not in it. */
export function recordOf({ threads: _, arithmetic, ...trained }: RunSettings): RunRecord {
  const deterministic = arithmetic === "deterministic";
  return { task: "mnist", settings: { ...defaultSettings("mnist"), ...trained, deterministic } };
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
    ...(!optimizer.includes(":") || optimizer === MOMENTUM ? [] : [`the optimizer ${optimizer}`]),
  ];
  if (foreign.length > 0) {
    const what = foreign.join(" and ");
    throw new FormatError(`${name}: its run has ${what}, which this page has not; go on with it by the command line`);
  }
  const arithmetic = settings.deterministic ? "deterministic" : "auto";
  const { settings: read, problems } = readSettings(linkOf({ learningRate, ...settings, arithmetic }));
  if (problems.length === 0) return read;
  throw new FormatError(`${name}: the settings of its run are not to be had in this page: ${problems.join("; ")}`);
}

/** What a page has of the settings, as a link has it: there each is checked. */
function linkOf(settings: object): string {
  const given = settings as Readonly<Record<string, unknown>>;
  const fields = Object.entries(FIELDS).filter(([name]) => given[name] !== undefined);
  return new URLSearchParams(
    fields.map(([name, { link, value }]) => [link, (value as Value<unknown>).write(given[name])]),
  ).toString();
}
