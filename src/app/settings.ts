/** The settings of a training: what the command line says, what a run to go on with had, and the defaults. */

import { UsageError } from "./usage-error.js";

/** Options that decide what is learned, beside the data. All are plain JSON: run.json keeps them. */
export interface TrainSettings {
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly dropout: number;
  readonly init: string;
  /** A name and its options, `sgd:momentum=0.9`. */
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly schedule: string;
  readonly epochs: number;
  readonly batchSize?: number;
  /** Epochs without a lower validation loss after which training ends, and the best is kept; none: all are trained. */
  readonly earlyStopping?: number;
  readonly classWeights: string;
  readonly seed: number;
  readonly deterministic: boolean;
  readonly validationSplit: number;
  readonly testSplit: number;
  readonly scaling: string;
  readonly target?: string;
  readonly task?: string;
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly decimal?: string;
  readonly thousands?: string;
  readonly encoding?: string;
  readonly dayFirst?: boolean;
  readonly missing?: readonly string[];
  readonly missingTarget?: string;
  readonly ignore?: readonly string[];
  readonly categorical?: readonly string[];
  readonly keep?: readonly string[];
}

/** What the command line may say: `none` for no early stopping, where there is one by default. */
export type GivenSettings = {
  readonly [K in keyof TrainSettings]?: TrainSettings[K] | (K extends "earlyStopping" ? "none" : never) | undefined;
};

const SHARED: TrainSettings = {
  hidden: [100],
  activation: "relu",
  dropout: 0,
  init: "glorot-uniform",
  optimizer: "adam",
  schedule: "constant",
  epochs: 100,
  classWeights: "none",
  seed: 42,
  deterministic: false,
  validationSplit: 0.1,
  testSplit: 0.2,
  scaling: "standard",
};

/** What a kind of data has where nothing is said. */
export const DEFAULTS = {
  table: { ...SHARED, epochs: 200, earlyStopping: 20 },
  mnist: {
    ...SHARED,
    hidden: [100, 200],
    init: "normal",
    optimizer: "sgd",
    learningRate: 0.1,
    epochs: 25,
    batchSize: 32,
  },
} as const satisfies Record<string, TrainSettings>;

/** Epochs of a table where nothing ends them early. */
export const UNSTOPPED_EPOCHS = SHARED.epochs;

/** Names of all settings, in the order in which they are shown. */
export const SETTING_NAMES = [
  "target",
  "task",
  "header",
  "delimiter",
  "decimal",
  "thousands",
  "encoding",
  "dayFirst",
  "missing",
  "missingTarget",
  "ignore",
  "categorical",
  "keep",
  "scaling",
  "validationSplit",
  "testSplit",
  "hidden",
  "activation",
  "dropout",
  "init",
  "optimizer",
  "learningRate",
  "schedule",
  "epochs",
  "batchSize",
  "earlyStopping",
  "classWeights",
  "seed",
  "deterministic",
] as const satisfies readonly (keyof TrainSettings)[];

/** Those that only tables have. */
export const TABLE_SETTINGS: readonly (keyof TrainSettings)[] = SETTING_NAMES.slice(0, SETTING_NAMES.indexOf("hidden"));

/** `--learning-rate` of `learningRate`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The settings of a new training. @throws UsageError for two learning rates, and for what comes after no hidden layer */
export function newSettings(given: GivenSettings, kind: keyof typeof DEFAULTS): TrainSettings {
  for (const name of ["activation", "dropout"] as const) {
    if (given[name] === undefined || given.hidden?.length !== 0) continue;
    throw new UsageError(flagOf(name), "expected none without a hidden layer, after which it comes");
  }
  // The learning rate of MNIST's default is that of its optimizer.
  const hasRate = given.optimizer?.includes("learningRate=");
  if (hasRate && given.learningRate !== undefined) {
    throw new UsageError("--learning-rate", `expected none beside ${given.optimizer}, got ${given.learningRate}`);
  }
  const other = given.optimizer !== undefined && given.optimizer.split(":")[0] !== DEFAULTS[kind].optimizer;
  const { learningRate, ...rest } = DEFAULTS[kind] as TrainSettings;
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
 * @throws UsageError for an option that contradicts them
 */
export function resumedSettings(given: GivenSettings, saved: TrainSettings, run: string): TrainSettings {
  for (const [name, value] of Object.entries(present(given))) {
    const before = saved[name as keyof TrainSettings] ?? (name === "earlyStopping" ? "none" : undefined);
    if (name === "epochs" || String(value) === String(before)) continue;
    throw new UsageError(flagOf(name), `expected ${shown(before)} as in ${run}, got ${shown(value)}`);
  }
  const epochs = given.epochs ?? saved.epochs;
  if (epochs !== saved.epochs && /^(cosine|one-cycle|step)(?!.*(totalSteps|stepSize))/.test(saved.schedule)) {
    throw new UsageError(
      "--epochs",
      `expected ${saved.epochs} as in ${run}, by which its schedule ${saved.schedule} is laid out, got ${epochs}`,
    );
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

/** Name and text of each setting that has a value, and an effect on such a task. */
export function describeSettings(settings: TrainSettings, task: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settingsOf(settings, task)).map(([name, value]) => [
      flagOf(name).slice(2).replaceAll("-", " "),
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );
}

/** Those that the task has, and that are set: MNIST has none of a table's. */
export function settingsOf(settings: TrainSettings, task: string): Partial<TrainSettings> {
  const names = SETTING_NAMES.filter((name) => task !== "mnist" || !TABLE_SETTINGS.includes(name));
  return Object.fromEntries(names.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]));
}
