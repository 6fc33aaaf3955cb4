/** The options of the command, and how their values are parsed. A wrong value ends the program with exit code 2 before it does anything. */

import { InvalidArgumentError, Option } from "commander";
import { SETTING_NAMES, SETTINGS } from "../app/settings/schema.js";
import type { Setting, TrainSettings } from "../app/settings/train-settings.js";
import { integer as integers, nonNegative, orWord, type Value } from "../app/settings/values.js";
import type { WeightLayout } from "../formats/weights.js";

/** Headings of the help, by what the options are about. */
export const HELP_GROUPS = { table: "Tables:", images: "Images:", network: "Network:", training: "Training:" } as const;

/** `--learning-rate` of `learningRate`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The options of a setting: one, or two for a switch with `--no-…`. They have no defaults: those depend on the data and on the run that is resumed. */
function optionsOf(name: keyof TrainSettings): Option[] {
  const setting = SETTINGS[name] as Setting<unknown>;
  const { argument, group, helpOff, value } = setting;
  const option = new Option(`${flagOf(name)}${argument ? ` <${argument}>` : ""}`, helpOf(setting));
  if (value?.choices) option.choices(value.choices);
  if (value) option.argParser(parserOf(setting, value));
  const options = helpOff === undefined ? [option] : [option, new Option(`--no-${flagOf(name).slice(2)}`, helpOff)];
  return options.map((each) => each.helpGroup(HELP_GROUPS[group]));
}

/** The help and the default, unless the help states it or the option is a switch. */
function helpOf({ help, defaults, json }: Setting<unknown>): string {
  if (!defaults || json === "boolean" || help.includes("(default")) return help;
  const { mnist, table } = defaults;
  return `${help} (default: ${String(mnist) === String(table) ? mnist : `${mnist} for images, ${table} for tables`})`;
}

function parserOf({ repeated, whole }: Setting<unknown>, value: Value<unknown>) {
  const parse = parser(value);
  if (repeated) return (text: string, before?: unknown) => [...((before as unknown[]) ?? []), parse(text)];
  if (!whole) return parse;
  return (text: string, before?: unknown) => {
    if (before === undefined) return parse(text);
    // A second option could mean to add to the first or to replace it.
    throw new InvalidArgumentError(`Expected the whole list in one option, got a second one, "${text}".`);
  };
}

/** Turns `value.parse` into a parser for Commander, which reports a wrong value. */
function parser<T>(value: Value<T>): (text: string) => T {
  return (text) => {
    try {
      return value.parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const { message } = error;
      throw new InvalidArgumentError(`${message[0]?.toUpperCase()}${message.slice(1)}.`);
    }
  };
}

/** A parser of integers from `least` to `most`. */
export const integer = (least: number, most?: number) => parser(integers(least, most));

const seconds = parser(nonNegative);

/** A number of threads, or "auto". */
export const threadCount = parser(orWord("auto", integers(1, 64)));

/** The options of `simdgrad train` that no other command has. */
export function trainOptions(): Option[] {
  return [
    ...SETTING_NAMES.flatMap(optionsOf),
    new Option("--out <dir>", "folder for the results (default: runs/<time>)"),
    new Option("--resume <run>", "run folder, or checkpoint file, to resume; a larger --epochs trains it longer"),
    new Option("--checkpoint-every <seconds>", "how often to write a checkpoint").argParser(seconds).default(10),
    new Option("--revectorize", "use V8's experimental 256-bit vectors if they pass a test (Node 23.5 or newer)"),
  ];
}

/** Formats that `simdgrad export` writes. */
export const EXPORT_FORMATS = ["onnx", "safetensors", "npz"] as const;
/** Layouts of safetensors files. */
export const EXPORT_LAYOUTS = ["in-out", "pytorch"] as const satisfies readonly WeightLayout[];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
