/** From settings to a network, its optimizer and its schedule. */

import type { Engine } from "../create-engine.js";
import { createOptimizer, createSchedule } from "../network/catalogue.js";
import { ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh } from "../network/layers/activations.js";
import type { InitializerName } from "../network/initializers.js";
import { Dense } from "../network/layers/dense.js";
import { Dropout } from "../network/layers/dropout.js";
import type { Layer } from "../network/layers/layer.js";
import { MeanSquaredError } from "../network/losses/regression.js";
import { SoftmaxCrossEntropy } from "../network/losses/softmax-cross-entropy.js";
import { Network } from "../network/network.js";
import type { Optimizer } from "../network/optimizers/optimizer.js";
import type { Schedule } from "../network/schedules/schedule.js";
import type { TrainSettings } from "./settings.js";
import { UsageError } from "./usage-error.js";

/** The activations' names on the command line. */
export const ACTIVATIONS: Readonly<Record<string, new () => Layer>> = {
  relu: ReLU,
  "leaky-relu": LeakyReLU,
  elu: ELU,
  gelu: GELU,
  silu: SiLU,
  sigmoid: Sigmoid,
  tanh: Tanh,
  softplus: Softplus,
};

/** The initialisers' names on the command line. */
export const INIT_NAMES: Readonly<Record<string, InitializerName>> = {
  normal: "normal",
  "glorot-uniform": "glorotUniform",
  "glorot-normal": "glorotNormal",
  "he-uniform": "heUniform",
  "he-normal": "heNormal",
  "lecun-uniform": "lecunUniform",
  "lecun-normal": "lecunNormal",
  orthogonal: "orthogonal",
  zeros: "zeros",
};

/** inputs → hidden units, each layer with activation and dropout → outputs. @throws UsageError for what a run cannot have */
export function buildNetwork(
  engine: Engine,
  inputs: number,
  outputs: number,
  classes: boolean,
  settings: TrainSettings,
): Network {
  const { activation, dropout } = settings;
  const init = INIT_NAMES[settings.init];
  const Activation = Object.hasOwn(ACTIVATIONS, activation) ? ACTIVATIONS[activation] : undefined;
  if (!Activation || !init) throw new UsageError(Activation ? "--init" : "--activation", "expected a known name");
  const sizes = [inputs, ...settings.hidden, outputs];
  const layers = sizes.slice(1).flatMap((size, index): Layer[] => {
    const dense = new Dense(sizes[index] as number, size, { init });
    if (index === sizes.length - 2) return [dense];
    return [dense, new Activation(), ...(dropout > 0 ? [new Dropout(dropout)] : [])];
  });
  const loss = classes ? new SoftmaxCrossEntropy() : new MeanSquaredError();
  return new Network(engine, layers, { loss, optimizer: makeOptimizer(settings) });
}

function makeOptimizer({ optimizer, learningRate }: TrainSettings): Optimizer {
  const { name, options } = parseSpec(optimizer);
  const all = { ...(learningRate !== undefined && { learningRate }), ...options };
  return checked("--optimizer", () => createOptimizer({ type: name, ...all }));
}

/**
 * The schedule that settings ask for, laid out over all epochs where that is not said; undefined for a constant rate.
 *
 * @param batches of an epoch
 */
export function makeSchedule({ schedule, epochs }: TrainSettings, batches: number): Schedule | undefined {
  const { name, options } = parseSpec(schedule);
  if (schedule === "constant" || epochs === 0) return undefined;
  const steps = options.interval === "batch" || (name === "one-cycle" && options.interval !== "epoch") ? batches : 1;
  const layout: Record<string, Record<string, number>> = {
    step: { stepSize: Math.max(1, Math.floor((epochs * steps) / 3)) },
    exponential: { gamma: 0.95 },
    cosine: { totalSteps: epochs * steps },
    "one-cycle": { totalSteps: Math.max(2, epochs * steps) },
  };
  const all = { ...layout[name], ...options };
  return checked("--schedule", () => createSchedule({ type: name, ...all }));
}

/** What `make` makes. @throws UsageError when it refuses an option */
function checked<T>(flag: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(flag, error.message);
    throw error;
  }
}

/** `name:option=value,option=value` in its parts; values are numbers, true and false, or texts. */
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
