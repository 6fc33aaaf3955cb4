/** The settings of a training, and what is known of each. */

import type { InitializerName } from "../../network/initializers.js";
import type { Value } from "./values.js";

/** Options that decide what is learned, beside the data. All are plain JSON: run.json keeps them. */
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
  /** Epochs without a lower validation loss after which training ends, and the best is kept; none: all are trained. */
  readonly earlyStopping?: number;
  readonly classWeights: string;
  readonly seed: number;
  readonly deterministic: boolean;
}

/** Images of digits or the like, and tables. */
export type DataKind = "mnist" | "table";

/** What is known of a setting. */
export interface Setting<T> {
  /** What the setting is about; only tables have those of `table`. The command's help lists each group by itself. */
  readonly group: "table" | "network" | "training";
  /** What it may be on the command line; a switch has none. */
  readonly value?: Value<unknown>;
  /** How a record has it. */
  readonly json: "string" | "number" | "boolean" | "list";
  /** Where nothing is said. */
  readonly defaults?: Readonly<Record<DataKind, T | undefined>>;
  /** Whether it may have no value. */
  readonly optional?: boolean;
  /** Whether older records do not have it: where it has no value a run is the same as one from before. */
  readonly later?: boolean;
  /** Whether it is the name of a part of the network, with options perhaps. */
  readonly named?: boolean;
  /** `<sizes>` of `--hidden <sizes>`; none of a switch. */
  readonly argument?: string;
  /** Whether the option may be given several times. */
  readonly repeated?: boolean;
  /** Whether all of it is to be in one option, though it looks like a list. */
  readonly whole?: boolean;
  /** For the command's help, where the default is added unless it says it itself. */
  readonly help: string;
  /** Of a switch that can be off: help of `--no-…`. */
  readonly helpOff?: string;
  /** In the page: its name in a link, its title, and what it may be there. */
  readonly page?: PageSetting<T>;
}

export interface PageSetting<T> {
  readonly link: string;
  readonly title: string;
  readonly value: Value<T>;
  /** Where nothing is said of a table, if that is not the command's default. */
  readonly table?: T;
}

/** A run cannot have such a setting. The command names its option, the page its field. */
export class SettingError extends RangeError {
  override readonly name = "SettingError";
  /** As the schema has it. */
  readonly setting: string;
  /** "expected …, got …". */
  readonly problem: string;

  constructor(setting: string, problem: string) {
    super(`${setting}: ${problem}`);
    this.setting = setting;
    this.problem = problem;
  }
}
