/** The settings of a training run as the page has them: defaults, limits, and the text of a link. Free of the DOM. */

import { type EngineOptions, type InitializerName, initializers } from "../../src/index.js";

export const ACTIVATIONS = ["relu", "leakyRelu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export const OPTIMIZERS = ["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export const INITIALIZERS = Object.keys(initializers) as readonly InitializerName[];

/** Which binary runs: `deterministic` gives the same bits on every machine, `auto` the fastest that the engine has. */
export const ARITHMETICS = ["auto", "relaxed", "simd", "deterministic"] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** All that a run depends on, beside the data. */
export interface RunSettings {
  /** Units of each hidden layer. */
  readonly layers: readonly number[];
  readonly activation: Activation;
  /** Share of the hidden units that is dropped in training; 0: no dropout layers. */
  readonly dropout: number;
  readonly init: InitializerName;
  readonly optimizer: OptimizerName;
  readonly rate: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number | "auto";
  readonly arithmetic: Arithmetic;
}

/** The seed document's network and training. */
export const DEFAULT_SETTINGS: RunSettings = {
  layers: [100, 200],
  activation: "relu",
  dropout: 0,
  init: "normal",
  optimizer: "sgd",
  rate: 0.1,
  batch: 32,
  epochs: 25,
  seed: 42,
  threads: "auto",
  arithmetic: "auto",
};

/** What a small table is learned with: as the command line has it, but for two small layers and a larger rate. */
export const TABLE_SETTINGS: RunSettings = {
  ...DEFAULT_SETTINGS,
  layers: [16, 16],
  init: "glorotUniform",
  optimizer: "adam",
  rate: 0.003,
  epochs: 100,
  threads: 1,
};

/** The settings' names for people. */
export const FIELD_TITLES: { readonly [K in keyof RunSettings]: string } = {
  layers: "Hidden layers",
  activation: "Activation",
  dropout: "Dropout",
  init: "Initial weights",
  optimizer: "Optimizer",
  rate: "Learning rate",
  batch: "Batch size",
  epochs: "Epochs",
  seed: "Seed",
  threads: "Threads",
  arithmetic: "Arithmetic",
};

export const MOST_LAYERS = 8;
export const MOST_UNITS = 4096;

/** How a setting is read from a link and written into one. */
interface Field<T> {
  /** What is expected, for a message. */
  readonly expected: string;
  /** undefined for a text that is none of the setting's values. */
  read(text: string): T | undefined;
  write(value: T): string;
}

function integer(least: number, most: number): Field<number> {
  return {
    expected: `an integer from ${least} to ${most}`,
    read: (text) => {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
    },
    write: String,
  };
}

function fraction(expected: string, allowed: (value: number) => boolean): Field<number> {
  return {
    expected,
    read: (text) => (text.trim() !== "" && allowed(Number(text)) ? Number(text) : undefined),
    write: String,
  };
}

function oneOf<T extends string>(names: readonly T[]): Field<T> {
  return {
    expected: `one of ${names.join(", ")}`,
    read: (text) => names.find((name) => name === text),
    write: String,
  };
}

const units = integer(1, MOST_UNITS);
const count = integer(1, 64);

/** The settings' names are the link's parameters. */
export const FIELDS: { readonly [K in keyof RunSettings]: Field<RunSettings[K]> } = {
  layers: {
    expected: `up to ${MOST_LAYERS} layers of 1 to ${MOST_UNITS} units, such as 100,200`,
    read: (text) => {
      const sizes = text === "" ? [] : text.split(",").map((size) => units.read(size.trim()));
      return sizes.length <= MOST_LAYERS && sizes.every((size) => size !== undefined) ? sizes : undefined;
    },
    write: (sizes) => sizes.join(","),
  },
  activation: oneOf(ACTIVATIONS),
  dropout: fraction("a number from 0 up to, but not including, 1", (value) => value >= 0 && value < 1),
  init: oneOf(INITIALIZERS),
  optimizer: oneOf(OPTIMIZERS),
  rate: fraction("a number above 0 and up to 100", (value) => value > 0 && value <= 100),
  batch: integer(1, 8192),
  epochs: integer(1, 10_000),
  seed: integer(0, Number.MAX_SAFE_INTEGER),
  threads: {
    expected: "auto, or an integer from 1 to 64",
    read: (text) => (text === "auto" ? "auto" : count.read(text)),
    write: String,
  },
  arithmetic: oneOf(ARITHMETICS),
};

/** Names of the settings that are not the same in both. */
export function differingSettings(a: RunSettings, b: RunSettings): (keyof RunSettings)[] {
  return (Object.keys(FIELDS) as (keyof RunSettings)[]).filter((name) => String(a[name]) !== String(b[name]));
}

/** The settings as a link's query, every one of them: a later default must not change what an old link means. */
export function writeSettings(settings: RunSettings): string {
  return Object.entries(FIELDS)
    .map(([name, field]) => {
      const text = (field as Field<unknown>).write(settings[name as keyof RunSettings]);
      return `${name}=${encodeURIComponent(text).replaceAll("%2C", ",")}`;
    })
    .join("&");
}

/** Settings from a link's query; what it leaves out or has wrong is as in `defaults`, and what it has wrong is listed. */
export function readSettings(
  query: string,
  defaults = DEFAULT_SETTINGS,
): { readonly settings: RunSettings; readonly problems: readonly string[] } {
  const values: Record<string, unknown> = { ...defaults };
  const problems: string[] = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const field = Object.hasOwn(FIELDS, name) ? (FIELDS[name as keyof RunSettings] as Field<unknown>) : undefined;
    const value = field?.read(text);
    if (value !== undefined) values[name] = value;
    else problems.push(`${name}: expected ${field?.expected ?? "no such setting"}, got “${text.slice(0, 40)}”`);
  }
  return { settings: values as unknown as RunSettings, problems };
}

/** What `createEngine` is given for a run. */
export function engineOptions({ threads, arithmetic, seed }: RunSettings): EngineOptions {
  return arithmetic === "deterministic"
    ? { threads, seed, deterministic: true }
    : { threads, seed, variant: arithmetic };
}
