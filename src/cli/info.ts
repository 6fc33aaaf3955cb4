/** `simdgrad info`: shows a model's layers, inputs, settings and test result. */

import { describeImages, parseImageSet } from "../app/image-set.js";
import { createEngine } from "../create-engine.js";
import type { OnnxDescription } from "../formats/onnx/onnx-load.js";
import type { Feature } from "../tables/preprocessor-config.js";
import { print, printJson } from "./output.js";
import { readSavedModel } from "./saved-model.js";
import { printable } from "./terminal.js";

/** Prints layers, target, preprocessing, settings and test result, all from the model file. */
export async function info(run: string, { json }: { readonly json?: boolean }): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const { path, format, network, preprocessor, metadata, foreign } = await readSavedModel(engine, run);
  const training = parseTraining(metadata.training);
  const images = metadata.task === "mnist" && !preprocessor ? parseImageSet(metadata, path) : undefined;
  const values = network.parameters().reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (json) {
    const layers = network.layers.map((layer) => layer.config());
    const { task } = metadata;
    const other = foreign && { inputs: foreign.inputs, columns: foreign.columns, output: foreign.ending };
    printJson({
      model: path,
      format,
      task,
      layers,
      values,
      preprocessing: preprocessor?.config,
      images,
      ...training,
      ...other,
    });
    return;
  }
  const lines = [`${printable(path, 1000)} (${format === "onnx" ? "ONNX" : format})`, "", network.summary()];
  if (preprocessor) {
    const { task, target, classes, features, targetOffset = 0, targetScale = 1 } = preprocessor.config;
    const unit = classes
      ? `${classes.length} classes: ${classes.join(", ")}`
      : `mean ${targetOffset}, standard deviation ${targetScale}`;
    lines.push("", printable(`${task} of ${target}, ${unit}`, 2000), "", "inputs");
    for (const feature of features) {
      const what =
        "categories" in feature
          ? `${feature.categories.length} categories: ${feature.categories.join(", ")}`
          : `(value − ${feature.offset}) / ${feature.scale}, missing: ${feature.fill}${cyclesOf(feature)}`;
      lines.push(`  ${printable(`${feature.name}: ${what}`, 200)}`);
    }
  }
  if (images) {
    lines.push("", `images of ${describeImages(images)}${images.data === undefined ? "" : " (not MNIST)"}`);
    if (images.transposed) lines.push("  transposed when read, because EMNIST's files store them transposed");
  }
  if (foreign) lines.push("", ...describeForeign(foreign, network.outputs));
  lines.push(...describeTraining(training));
  print(lines.join("\n"));
  engine.dispose();
}

/** The parts of a date that are inputs besides its time. */
function cyclesOf(feature: Feature): string {
  return "cycles" in feature ? `; a date, also as its place in the ${feature.cycles.join(", ")}` : "";
}

/** What the file of another program says about its inputs and outputs. */
function describeForeign({ inputs, columns, ending }: OnnxDescription, outputs: number | undefined): string[] {
  const [first] = inputs;
  const names = inputs.map((input) => `${input.name}${input.integers ? " (whole numbers)" : ""}`);
  const given = first && inputs.length === 1 ? `${names[0]} [rows, ${columns ?? "any"}]` : names.join(", ");
  const { activation, classes } = ending;
  const count = `${outputs ?? "any number of"} `;
  const meanings = {
    none: `${count}values, not scaled back`,
    softmax: `probabilities of ${count}classes`,
    sigmoid: `probabilities of ${count}labels`,
    argmax: `the most likely of ${count}classes`,
  };
  return [
    "a model of another program; the file does not say how its inputs were scaled",
    `  ${inputs.length > 1 ? "columns" : "input"}: ${printable(given, 2000)}`,
    `  output: ${meanings[activation]}${classes ? printable(`: ${classes.join(", ")}`, 2000) : ""}`,
  ];
}

interface Training {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly epochs?: unknown;
  readonly bestEpoch?: unknown;
  readonly test?: Readonly<Record<string, unknown>> | null;
}

function describeTraining({ settings, epochs, bestEpoch, test }: Training): string[] {
  const lines: string[] = [];
  if (settings) {
    const kept = bestEpoch === undefined ? "" : `, epoch ${printable(String(bestEpoch), 20)} kept`;
    lines.push("", `trained for ${printable(String(epochs), 20)} epochs${kept}`);
    for (const [name, value] of Object.entries(settings)) lines.push(`  ${printable(`${name}: ${value}`, 200)}`);
  }
  const numbers = Object.entries(test ?? {}).filter(([, value]) => typeof value === "number");
  if (numbers.length > 0) lines.push("", "test result");
  for (const [name, value] of numbers) lines.push(`  ${printable(name, 40)}: ${value}`);
  return lines;
}

/** What the file says about its training; empty if `train` did not write it. */
function parseTraining(text: string | undefined): Training {
  try {
    const { settings, epochs, bestEpoch, test } = JSON.parse(text ?? "{}") as Record<string, unknown>;
    const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
    return {
      ...(isObject(settings) && { settings: settings as Record<string, unknown> }),
      ...(epochs !== undefined && { epochs }),
      ...(bestEpoch !== undefined && { bestEpoch }),
      ...(isObject(test) && { test: test as Record<string, unknown> }),
    };
  } catch {
    return {};
  }
}
