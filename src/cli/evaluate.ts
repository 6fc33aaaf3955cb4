/** `simdgrad evaluate`: a saved model on MNIST's test images. */

import { readFile } from "node:fs/promises";
import { createEngine, type Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import type { ClassEvaluation } from "../evaluation.js";
import { loadModel } from "../formats/model.js";
import { Dense } from "../layers/dense.js";
import type { Network } from "../network.js";
import { CLASSES, type DataOptions, loadBytes, PIXELS } from "./mnist.js";
import { confusionTable } from "./terminal.js";

/** The command's options, checked by the parser. */
export interface EvaluateOptions extends DataOptions {
  readonly threads: number | "auto";
  readonly json?: boolean;
}

/** Prints accuracy, loss and confusion matrix. */
export async function evaluate(model: string, options: EvaluateOptions): Promise<void> {
  const engine = await createEngine({ threads: options.threads });
  const network = await readModel(engine, model);
  const { mnist } = await loadBytes(options);
  const { accuracy, loss, confusion } = network.evaluate(engine.dataset(mnist.test)) as ClassEvaluation;
  if (options.json) {
    console.log(JSON.stringify({ task: "mnist", model, testAccuracy: accuracy, testLoss: loss, confusion }));
    return;
  }
  console.log(`test accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)}\n\n${confusionTable(confusion)}`);
}

/** The network of a model file that takes MNIST's images. @throws Error when it cannot be read, FormatError */
export async function readModel(engine: Engine, path: string): Promise<Network> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  const network = loadModel(engine, bytes, path);
  const [first] = network.layers;
  const inputs = first instanceof Dense ? first.inputs : undefined;
  if (inputs !== PIXELS || network.outputs !== CLASSES) {
    const got = `${inputs ?? "an unknown number of"} inputs and ${network.outputs} outputs`;
    throw new FormatError(`${path}: expected a network with ${PIXELS} inputs and ${CLASSES} outputs, got ${got}`);
  }
  return network;
}
