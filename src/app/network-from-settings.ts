/** Makes the network, optimizer and schedule of a run's settings. The command and the page get the same bits. */

import type { Engine } from "../create-engine.js";
import { ACTIVATION_ROWS, createOptimizer, createSchedule } from "../network/catalogue.js";
import { Dense } from "../network/layers/dense.js";
import { Dropout } from "../network/layers/dropout.js";
import type { Layer } from "../network/layers/layer.js";
import type { LayerRow } from "../network/layers/layer-row.js";
import { MeanSquaredError } from "../network/losses/regression.js";
import { SoftmaxCrossEntropy } from "../network/losses/softmax-cross-entropy.js";
import { Network } from "../network/network.js";
import type { Optimizer } from "../network/optimizers/optimizer.js";
import type { Schedule } from "../network/schedules/schedule.js";
import { SettingError, type TrainSettings } from "./settings/train-settings.js";

/** Inputs and outputs of a network for a task. */
export interface NetworkShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Names of the classes; undefined for a regression. */
  readonly classes?: readonly string[] | undefined;
}

type NetworkSettings = Pick<TrainSettings, "hidden" | "activation" | "dropout" | "init" | "optimizer" | "learningRate">;

/**
 * inputs → hidden layers, each with activation and dropout → outputs. The engine's generator draws the weights. The loss is softmax
 * cross-entropy for classes, mean squared error for a regression.
 *
 * @throws SettingError for wrong options of the optimizer
 */
export function networkFromSettings(engine: Engine, settings: NetworkSettings, shape: NetworkShape): Network {
  const { hidden, activation, dropout, init } = settings;
  const sizes = [shape.inputs, ...hidden, shape.outputs];
  const layers = sizes.slice(1).flatMap((size, index): Layer[] => {
    const dense = new Dense(sizes[index] as number, size, { init });
    if (index === hidden.length) return [dense];
    return [
      dense,
      (ACTIVATION_ROWS[activation] as LayerRow).make({ type: activation }),
      ...(dropout > 0 ? [new Dropout(dropout)] : []),
    ];
  });
  const loss = shape.classes ? new SoftmaxCrossEntropy() : new MeanSquaredError();
  return new Network(engine, layers, { loss, optimizer: optimizerFromSettings(settings) });
}

/** @throws SettingError for wrong options */
export function optimizerFromSettings({
  optimizer,
  learningRate,
}: Pick<NetworkSettings, "optimizer" | "learningRate">): Optimizer {
  const { name, options } = parseSpec(optimizer);
  const all = { ...(learningRate !== undefined && { learningRate }), ...options };
  return checked("optimizer", () => createOptimizer({ type: name, ...all }));
}

/**
 * The schedule of the settings; undefined for a constant rate. Unless its options say otherwise, it spans all epochs.
 *
 * @param batches per epoch
 * @throws SettingError for wrong options
 */
export function scheduleFromSettings(
  { schedule, epochs }: Pick<TrainSettings, "schedule" | "epochs">,
  batches: number,
): Schedule | undefined {
  const { name, options } = parseSpec(schedule);
  if (schedule === "constant" || epochs === 0) return undefined;
  const steps = options.interval === "batch" || (name === "oneCycle" && options.interval !== "epoch") ? batches : 1;
  const layout: Record<string, Record<string, number>> = {
    step: { stepSize: Math.max(1, Math.floor((epochs * steps) / 3)) },
    exponential: { gamma: 0.95 },
    cosine: { totalSteps: epochs * steps },
    oneCycle: { totalSteps: Math.max(2, epochs * steps) },
  };
  return checked("schedule", () => createSchedule({ type: name, ...layout[name], ...options }));
}

/** Calls `make`. @throws SettingError if it refuses an option */
function checked<T>(setting: keyof TrainSettings, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new SettingError(setting, error.message);
    throw error;
  }
}

/** Parses `name:option=value,option=value`; values are numbers, booleans or texts. */
export function parseSpec(text: string): { name: string; options: Record<string, string | number | boolean> } {
  const [name = "", rest] = text.split(/:(.*)/s);
  const options = (rest ?? "").split(",").filter((part) => part !== "");
  const values = options.map((part) => {
    const [option = "", value = ""] = part.split(/=(.*)/s);
    if (value === "true" || value === "false") return [option, value === "true"] as const;
    return [option, value !== "" && Number.isFinite(Number(value)) ? Number(value) : value] as const;
  });
  return { name, options: Object.fromEntries(values) };
}
