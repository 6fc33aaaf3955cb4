/** The settings of one run: what is asked for, what a run to go on with had, and the defaults. */

import { SETTING_NAMES, SETTINGS, TABLE_SETTINGS, UNSTOPPED_EPOCHS } from "./schema.js";
import { type DataKind, SettingError, type TrainSettings } from "./train-settings.js";

/** What may be asked for: `none` for no early stopping, where there is one by default. */
export type GivenSettings = {
  readonly [K in keyof TrainSettings]?: TrainSettings[K] | (K extends "earlyStopping" ? "none" : never) | undefined;
};

/** Records have these last, since their first version: the bytes of a checkpoint stay what they were. */
const LAST: readonly (keyof TrainSettings)[] = [
  "validationSplit",
  "testSplit",
  "scaling",
  "learningRate",
  "batchSize",
  "earlyStopping",
];

/** What a kind of data has where nothing is said. */
export function defaultSettings(kind: DataKind): TrainSettings {
  const names = [...SETTING_NAMES.filter((name) => !LAST.includes(name)), ...LAST];
  const entries = names.map((name) => [name, SETTINGS[name].defaults?.[kind]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as TrainSettings;
}

/** The settings of a new training. @throws SettingError for two learning rates, and for what comes after no hidden layer */
export function newSettings(given: GivenSettings, kind: DataKind): TrainSettings {
  for (const name of ["activation", "dropout"] as const) {
    if (given[name] === undefined || given.hidden?.length !== 0) continue;
    throw new SettingError(name, "expected none without a hidden layer, after which it comes");
  }
  // The learning rate of MNIST's default is that of its optimizer.
  const hasRate = given.optimizer?.includes("learningRate=");
  if (hasRate && given.learningRate !== undefined) {
    throw new SettingError("learningRate", `expected none beside ${given.optimizer}, got ${given.learningRate}`);
  }
  const { learningRate, ...rest } = defaultSettings(kind);
  const other = given.optimizer !== undefined && given.optimizer.split(":")[0] !== rest.optimizer;
  const { earlyStopping, ...settings } = {
    ...rest,
    ...(!hasRate && !other && learningRate !== undefined && { learningRate }),
    // Without rows to validate with no epoch is known to be the best.
    ...(given.validationSplit === 0 && { earlyStopping: undefined }),
    ...present(given),
  };
  if (earlyStopping !== undefined && earlyStopping !== "none") return { ...settings, earlyStopping };
  return { ...settings, epochs: given.epochs ?? (kind === "table" ? UNSTOPPED_EPOCHS : settings.epochs) };
}

/**
 * The settings of a training that goes on: those it began with, with more epochs if asked for.
 *
 * @throws SettingError for one that contradicts them
 */
export function resumedSettings(given: GivenSettings, saved: TrainSettings, run: string): TrainSettings {
  for (const [name, value] of Object.entries(present(given))) {
    const before = saved[name as keyof TrainSettings] ?? (name === "earlyStopping" ? "none" : undefined);
    if (name === "epochs" || String(value) === String(before)) continue;
    throw new SettingError(name, `expected ${shown(before)} as in ${run}, got ${shown(value)}`);
  }
  const epochs = given.epochs ?? saved.epochs;
  if (epochs !== saved.epochs && /^(cosine|oneCycle|step)(?!.*(totalSteps|stepSize))/.test(saved.schedule)) {
    const laid = `by which its schedule ${saved.schedule} is laid out`;
    throw new SettingError("epochs", `expected ${saved.epochs} as in ${run}, ${laid}, got ${epochs}`);
  }
  return { ...saved, epochs };
}

function present(given: GivenSettings): GivenSettings {
  return Object.fromEntries(
    SETTING_NAMES.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
}

function shown(value: unknown): string {
  return value === undefined ? "none" : String(value);
}

/** Those that the task has, and that are set: MNIST has none of a table's. */
export function settingsOf(settings: TrainSettings, task: string): Partial<TrainSettings> {
  const names = SETTING_NAMES.filter((name) => task !== "mnist" || !TABLE_SETTINGS.includes(name));
  return Object.fromEntries(names.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]));
}

/** Name and text of each setting that has a value, and an effect on such a task. */
export function describeSettings(settings: TrainSettings, task: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settingsOf(settings, task)).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );
}
