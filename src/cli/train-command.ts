/** The options of `simdgrad train`. */

import { type Command, Option } from "commander";
import { SETTING_NAMES } from "../app/settings/schema.js";
import { HELP_GROUPS, optionsOf, seconds, threadCount } from "./options.js";

/** Adds the settings, and what else a training is told. */
export function addTrainOptions(command: Command): Command {
  for (const option of SETTING_NAMES.flatMap(optionsOf)) command.addOption(option);
  const others = [
    new Option("--data <dir>", "folder with the four files of MNIST or of a set in its format, raw or .gz").helpGroup(
      HELP_GROUPS.images,
    ),
    new Option("--download", "download MNIST if it is not on this machine").helpGroup(HELP_GROUPS.images),
    new Option("--out <dir>", "folder for the results (default: runs/<time>)"),
    new Option("--resume <run>", "run folder, or checkpoint file, to resume; a larger --epochs trains it longer"),
    new Option("--checkpoint-every <seconds>", "how often to write a checkpoint").argParser(seconds).default(10),
    new Option("--threads <n>", "number of threads").argParser(threadCount).default("auto"),
    new Option("--revectorize", "use V8's experimental 256-bit vectors if they pass a test (Node 23.5 or newer)"),
  ];
  for (const option of others) command.addOption(option);
  return command;
}
