/** The settings of one run, from the settings that you give, those of the run to resume, and the defaults. */

import { SETTING_NAMES, SETTINGS, TABLE_SETTINGS, UNSTOPPED_EPOCHS } from "./schema.js";
import { type DataKind, SettingError, type TrainSettings } from "./train-settings.js";

/** The settings that you can give; `none` turns off early stopping where it is the default. */
export type GivenSettings = {
  readonly [K in keyof TrainSettings]?: TrainSettings[K] | (K extends "earlyStopping" ? "none" : never) | undefined;
};

/** Records list these last, as their first version did, so that the bytes of checkpoints stay the same. */
const LAST: readonly (keyof TrainSettings)[] = [
  "validationSplit",
  "testSplit",
  "scaling",
  "learningRate",
  "batchSize",
  "earlyStopping",
];

/** The defaults for a kind of data. */
export function defaultSettings(kind: DataKind): TrainSettings {
  const names = [...SETTING_NAMES.filter((name) => !LAST.includes(name)), ...LAST];
  const entries = names.map((name) => [name, SETTINGS[name].defaults?.[kind]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as TrainSettings;
}

/** The settings of a new training. @throws SettingError for two learning rates, and for an activation or dropout without hidden layers */
export function newSettings(given: GivenSettings, kind: DataKind): TrainSettings {
  for (const name of ["activation", "dropout"] as const) {
    if (given[name] === undefined || given.hidden?.length !== 0) continue;
    throw new SettingError(name, "expected none without a hidden layer, got one");
  }
  // The default learning rate of MNIST belongs to its default optimizer.
  const hasRate = given.optimizer?.includes("learningRate=");
  if (hasRate && given.learningRate !== undefined) {
    throw new SettingError("learningRate", `expected none with ${given.optimizer}, got ${given.learningRate}`);
  }
  const { learningRate, ...rest } = defaultSettings(kind);
  const other = given.optimizer !== undefined && given.optimizer.split(":")[0] !== rest.optimizer;
  const { earlyStopping, ...settings } = {
    ...rest,
    ...(!hasRate && !other && learningRate !== undefined && { learningRate }),
    // Without validation rows no epoch is known to be the best.
    ...(given.validationSplit === 0 && { earlyStopping: undefined }),
    ...present(given),
  };
  if (earlyStopping !== undefined && earlyStopping !== "none") return { ...settings, earlyStopping };
  return { ...settings, epochs: given.epochs ?? (kind === "table" ? UNSTOPPED_EPOCHS : settings.epochs) };
}

/**
 * The settings of a resumed run: the saved ones, with another number of epochs if you give one.
 *
 * @throws SettingError for a setting that contradicts them
 */
export function resumedSettings(given: GivenSettings, saved: TrainSettings, run: string): TrainSettings {
  for (const [name, value] of Object.entries(present(given))) {
    const before = saved[name as keyof TrainSettings] ?? (name === "earlyStopping" ? "none" : undefined);
    if (name === "epochs" || String(value) === String(before)) continue;
    throw new SettingError(name, `expected ${shown(before)} as in ${run}, got ${shown(value)}`);
  }
  const epochs = given.epochs ?? saved.epochs;
  if (epochs !== saved.epochs && /^(cosine|oneCycle|step)(?!.*(totalSteps|stepSize))/.test(saved.schedule)) {
    const laid = `which its schedule ${saved.schedule} spans`;
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

/** The settings that have a value and apply to the task. */
export function settingsOf(settings: TrainSettings, task: string): Partial<TrainSettings> {
  const names = SETTING_NAMES.filter((name) => task !== "mnist" || !TABLE_SETTINGS.includes(name));
  return Object.fromEntries(names.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]));
}

/** The name and the text of each of these settings. */
export function describeSettings(settings: TrainSettings, task: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settingsOf(settings, task)).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );
}
