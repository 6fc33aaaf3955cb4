/** `simdgrad evaluate`: a saved model on MNIST's test images, or on a table that has the target. */

import { createEngine } from "../engine.js";
import type { Evaluation } from "../evaluation.js";
import { evaluateForeign } from "./foreign-model.js";
import { type DataOptions, loadBytes } from "./mnist.js";
import { print, printJson } from "./output.js";
import { testOn } from "./prediction.js";
import { readDigitModel, readSavedModel, tableModel } from "./saved-model.js";
import { readTable } from "./table-file.js";
import { describeTest, errorsInUnit, flatTest, type Space } from "./test-result.js";

/** The command's options, checked by the parser. */
export interface EvaluateOptions extends DataOptions {
  readonly threads: number | "auto";
  readonly json?: boolean;
  /** Of a model of another program: the column with the true values. */
  readonly target?: string;
  /** Of a Parquet file, as `readParquet` has it. */
  readonly maxValues?: number;
}

/** Prints accuracy, loss, each class's scores and the confusion matrix. */
export async function evaluateDigits(model: string, options: EvaluateOptions): Promise<void> {
  const engine = await createEngine({ threads: options.threads });
  const network = await readDigitModel(engine, model);
  const { mnist } = await loadBytes(options);
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  const result = testOn(network, engine.dataset(mnist.test), classes);
  if (options.json) printJson({ task: "mnist", model, classes, ...result, ...flatTest(result) });
  else print(`test ${describeTest(result, { classes }, space())}`);
  engine.dispose();
}

/** Prints how well a model does on the rows of a table; of values also the errors in the target's unit. */
export async function evaluateTable(run: string, path: string, options: EvaluateOptions): Promise<void> {
  const engine = await createEngine({ threads: options.threads });
  const model = await readSavedModel(engine, run);
  if (model.foreign) {
    const test = await evaluateForeign(engine, { ...model, foreign: model.foreign }, path, options);
    const target = { name: test.target, restore: (values: ArrayLike<number>) => Array.from(values) };
    showTest(run, { ...test, task: test.classes ? "classification" : "regression", target }, options);
    return engine.dispose();
  }
  const { network, preprocessor, reading } = tableModel(model, options.target);
  const table = await readTable(path, { ...reading, ...preprocessor.readOptions() }, options.maxValues);
  const { classes, task, target: name } = preprocessor.config;
  const placing = { sparse: preprocessor.sparse, ...(classes && { classes: classes.length }) };
  const result = testOn(network, engine.dataset(preprocessor.source(table), placing), classes);
  const target = { name, restore: (values: ArrayLike<number>) => preprocessor.restore(values) };
  showTest(run, { task, rows: table.rows, ...(classes && { classes }), target, result }, options);
  engine.dispose();
}

/** What a test was of, and what it found. */
interface TableTest {
  readonly task: string;
  readonly rows: number;
  readonly classes?: readonly string[];
  readonly target: { readonly name: string; restore(values: ArrayLike<number>): number[] };
  readonly result: Evaluation;
}

function showTest(model: string, { task, rows, classes, target, result }: TableTest, { json }: EvaluateOptions): void {
  if (json) {
    const errors = classes ? {} : errorsInUnit(result, target);
    printJson({ task, model, target: target.name, rows, ...(classes && { classes }), ...result, ...errors });
  } else print(describeTest(result, classes ? { classes } : { target }, space()));
}

function space(): Space {
  return { columns: process.stdout.columns, scoresIn: "--json", matrixIn: "--json" };
}
