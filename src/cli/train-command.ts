/** The options of `simdgrad train`. */

import { type Command, Option } from "commander";
import { SETTING_NAMES } from "../app/settings.js";
import { optionsOf, seconds, threadCount } from "./options.js";

/** Adds the settings, and what else a training is told. */
export function addTrainOptions(command: Command): Command {
  for (const option of SETTING_NAMES.flatMap(optionsOf)) command.addOption(option);
  const others = [
    new Option("--threads <n>", "threads to share the work").argParser(threadCount).default("auto"),
    new Option("--revectorize", "V8's experimental 256-bit vectors, checked before use (Node from 23.5)"),
    new Option(
      "--data <dir>",
      "of images: folder with the four files of MNIST or a set like it (Fashion-MNIST, EMNIST), raw or .gz",
    ),
    new Option("--download", "of MNIST: download it when it is found nowhere"),
    new Option("--checkpoint-every <seconds>", "how old the checkpoint may become").argParser(seconds).default(10),
    new Option(
      "--resume <run>",
      "folder of a run, or a checkpoint (the page's, too): go on with it, or give it more epochs",
    ),
    new Option("--out <dir>", "folder for the results (default: runs/<time>)"),
  ];
  for (const option of others) command.addOption(option);
  return command;
}
