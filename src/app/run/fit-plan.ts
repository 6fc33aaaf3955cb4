/** Turns settings and data into the options of `fit`, for the command and the page. */

import { EarlyStopping } from "../../training/callbacks/early-stopping.js";
import type { FitOptions } from "../../training/fit.js";
import type { ClassWeights } from "../../training/row-weights.js";
import { scheduleFromSettings } from "../network-from-settings.js";
import { SettingError, type TrainSettings } from "../settings/train-settings.js";
import type { PlacedData } from "../task.js";

/** The part of the settings that `fit` needs. */
export type FitSettings = Pick<TrainSettings, "epochs"> &
  Partial<Pick<TrainSettings, "batchSize" | "schedule" | "classWeights" | "earlyStopping">>;

export interface FitPlan {
  readonly options: Pick<FitOptions, "validation" | "schedule" | "classWeights"> & {
    readonly epochs: number;
    readonly batchSize: number;
  };
  /** The callback that stops training early. List it first, because it restores the best weights. */
  readonly stopping: EarlyStopping | undefined;
}

/** Rows per step if the settings do not say. */
const BATCH_ROWS = 32;

/**
 * Plans a training.
 *
 * @param classes names of the classes; undefined for a regression
 * @throws SettingError for a batch larger than the training data, early stopping without validation rows, an unknown class, and a
 *   wrong option of the schedule
 */
export function planFit(
  settings: FitSettings,
  { training, validation }: PlacedData,
  classes: readonly string[] | undefined,
): FitPlan {
  const { epochs, earlyStopping, schedule: spec = "constant", classWeights: weights = "none" } = settings;
  const batchSize = settings.batchSize ?? Math.min(BATCH_ROWS, training.rows);
  if (batchSize > training.rows) {
    throw new SettingError("batchSize", `expected at most the ${training.rows} training rows, got ${batchSize}`);
  }
  if (earlyStopping !== undefined && !validation) {
    throw new SettingError("earlyStopping", "expected none without validation rows; set a validation split above 0");
  }
  const schedule = scheduleFromSettings({ schedule: spec, epochs }, Math.floor(training.rows / batchSize));
  const classWeights = parseClassWeights(weights, classes);
  return {
    options: {
      epochs,
      batchSize,
      ...(validation && { validation }),
      ...(schedule && { schedule }),
      ...(classWeights && { classWeights }),
    },
    stopping:
      earlyStopping === undefined ? undefined : new EarlyStopping({ patience: earlyStopping, restoreBest: true }),
  };
}

/** Parses `balanced`, `none`, or `class=weight,class=weight`. @throws SettingError for an unknown class or a wrong weight */
function parseClassWeights(text: string, classes: readonly string[] | undefined): ClassWeights | undefined {
  if (text === "none") return undefined;
  if (!classes) throw new SettingError("classWeights", "expected none for a regression");
  if (text === "balanced") return text;
  const pairs = text.split(",").map((part) => {
    const [, name = part, weight = ""] = /^(.*)=([^=]*)$/.exec(part) ?? [];
    const index = classes.indexOf(name);
    const float = Math.fround(Number(weight));
    if (index >= 0 && weight.trim() !== "" && float >= 0 && float < Number.POSITIVE_INFINITY)
      return [index, Number(weight)] as const;
    throw new SettingError(
      "classWeights",
      `expected balanced, none or class=weight of ${classes.join(", ")}, got ${part}`,
    );
  });
  const twice = pairs.find(([index], at) => pairs.findIndex(([other]) => other === index) < at);
  if (!twice) return Object.fromEntries(pairs);
  throw new SettingError("classWeights", `expected each class once, got ${classes[twice[0]]} twice`);
}
