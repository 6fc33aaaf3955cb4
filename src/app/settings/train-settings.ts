/**
 * What a setting is. `TrainSettings` are all settings that decide what a network learns; `schema.ts` describes each of them. The page's
 * `RunSettings` are some of them, and how the engine runs. `FitSettings` (run/fit-plan.ts) are those that `fit` needs.
 */

import type { InitializerName } from "../../network/initializers.js";
import type { Value } from "./values.js";

/** Everything besides the data that decides what a network learns, as plain JSON for run.json. */
export interface TrainSettings {
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
  readonly scaling: string;
  readonly validationSplit: number;
  readonly testSplit: number;
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly dropout: number;
  readonly init: InitializerName;
  /** A name and its options, `sgd:momentum=0.9`. */
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly schedule: string;
  readonly epochs: number;
  readonly batchSize?: number;
  /** Epochs without a lower validation loss after which training stops and keeps the best; undefined: train all epochs. */
  readonly earlyStopping?: number;
  readonly classWeights: string;
  readonly seed: number;
  readonly deterministic: boolean;
}

/** MNIST or an image set in its format, or a table. */
export type DataKind = "mnist" | "table";

/** The schema of one setting. */
export interface Setting<T> {
  /** What the setting is about; only tables have those of `table`. The command's help lists each group by itself. */
  readonly group: "table" | "network" | "training";
  /** Its values on the command line; undefined for a switch. */
  readonly value?: Value<unknown>;
  /** Its type in a record. */
  readonly json: "string" | "number" | "boolean" | "list";
  /** The defaults. */
  readonly defaults?: Readonly<Record<DataKind, T | undefined>>;
  /** Whether it can be undefined. */
  readonly optional?: boolean;
  /** Whether older records lack it: a run without a value is the same as an older run. */
  readonly later?: boolean;
  /** Whether it is a name from the catalogue, with options if any. */
  readonly named?: boolean;
  /** `sizes` in `--hidden <sizes>`; undefined for a switch. */
  readonly argument?: string;
  /** Whether you can give the option several times. */
  readonly repeated?: boolean;
  /** Whether it is a list that you must give in one option. */
  readonly whole?: boolean;
  /** For the command's help, which adds the default unless this text states it. */
  readonly help: string;
  /** For a switch that you can turn off: help of `--no-…`. */
  readonly helpOff?: string;
  /** In the page: its name in a link, its title and its values. */
  readonly page?: PageSetting<T>;
}

export interface PageSetting<T> {
  readonly link: string;
  readonly title: string;
  readonly value: Value<T>;
  /** Default for a table, if it is not the command's. */
  readonly table?: T;
}

/** A setting is wrong. The command names its option, the page its field. */
export class SettingError extends RangeError {
  override readonly name = "SettingError";
  /** Its name in the schema. */
  readonly setting: string;
  /** "expected …, got …". */
  readonly problem: string;

  constructor(setting: string, problem: string) {
    super(`${setting}: ${problem}`);
    this.setting = setting;
    this.problem = problem;
  }
}
