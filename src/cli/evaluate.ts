/** `simdgrad evaluate`: tests a saved model on the test images of MNIST or a set in its format, or on a table with the target. */

import { errorsInUnit, testOn, type ValueTarget } from "../app/evaluation.js";
import { checkEvaluable, evaluateForeign } from "../app/foreign-model.js";
import type { ImageSet } from "../app/image-set.js";
import { describeDropped, withTargets } from "../app/table-parts.js";
import { createEngine } from "../create-engine.js";
import type { Evaluation } from "../network/evaluation.js";
import { type DataOptions, type LoadedImages, labelsAs, loadBytes } from "./mnist.js";
import { print, printJson, say } from "./output.js";
import { noteUnknownValues, ownTableModel, readImageModel, readSavedModel } from "./saved-model.js";
import { readTable } from "./table-file.js";
import { describeTest, flatTest, type Space } from "./test-result.js";

/** The command's options, checked by the parser. */
export interface EvaluateOptions extends DataOptions {
  readonly threads: number | "auto";
  readonly json?: boolean;
  /** For a model of another program: the column with the true values. */
  readonly target?: string;
  /** For a table: `refuse` or `drop` rows without a target. */
  readonly missingTarget?: string;
  /** For a Parquet file: limit of `readParquet`. */
  readonly maxValues?: number;
}

/** Prints accuracy, loss, each class's scores and the confusion matrix. */
export async function evaluateImages(model: string, options: EvaluateOptions): Promise<void> {
  const engine = await createEngine({ threads: options.threads });
  const { network, set } = await readImageModel(engine, model);
  const loaded = await loadBytes(options);
  const { classes, data } = set;
  checkSize(set, loaded);
  if (data !== undefined && data !== loaded.set.data) {
    const { title, origin } = loaded;
    print(`warning: the model was not trained on the images of ${title} (${origin})`, process.stderr);
  }
  const test = { ...loaded.mnist.test, targets: labelsAs(classes, loaded) };
  const result = testOn(network, engine.dataset(test, { classes: classes.length }), classes);
  if (options.json) printJson({ task: "mnist", model, classes, ...result, ...flatTest(result) });
  else print(`test ${describeTest(result, { classes }, space())}`);
  engine.dispose();
}

/** @throws RangeError if the images do not have the size that the model expects */
function checkSize(own: ImageSet, { set, origin }: LoadedImages): void {
  if (set.height === own.height && set.width === own.width) return;
  throw new RangeError(
    `${origin}: expected images of ${own.height}x${own.width}, the size the model was trained on, got ${set.height}x${set.width}`,
  );
}

/** Prints how well a model predicts the rows of a table; for a regression also the errors in the target's unit. */
export async function evaluateTable(run: string, path: string, options: EvaluateOptions): Promise<void> {
  const engine = await createEngine({ threads: options.threads });
  const model = await readSavedModel(engine, run);
  if (model.foreign) {
    const foreign = { ...model, foreign: model.foreign };
    const { target: column, missingTarget } = options;
    checkEvaluable(foreign, column);
    const named = { table: await readTable(path, {}, options.maxValues), path, say };
    const test = evaluateForeign(engine, foreign, named, {
      target: column,
      ...(missingTarget !== undefined && { missingTarget }),
    });
    const target = { name: test.target, restore: (values: ArrayLike<number>) => Array.from(values) };
    showTest(run, { ...test, task: test.classes ? "classification" : "regression", target }, options);
    return engine.dispose();
  }
  const { network, preprocessor, reading } = ownTableModel(model, options.target);
  const { classes, task, target: name } = preprocessor.config;
  const whole = await readTable(path, { ...reading, ...preprocessor.readOptions() }, options.maxValues);
  const { table, dropped } = withTargets(whole, name, options.missingTarget);
  if (dropped > 0) print(`${path}: ${describeDropped(dropped)}`, process.stderr);
  const unknown = noteUnknownValues(preprocessor, table, path);
  const placing = { sparse: preprocessor.sparse, ...(classes && { classes: classes.length }) };
  const result = testOn(network, engine.dataset(preprocessor.source(table), placing), classes);
  const target = { name, restore: (values: ArrayLike<number>) => preprocessor.restore(values) };
  showTest(run, { task, rows: table.rows, unknown, ...(classes && { classes }), target, result }, options);
  engine.dispose();
}

/** A test on a table, and its result. */
interface TableTest {
  readonly task: string;
  readonly rows: number;
  /** How many values of each column training did not know. */
  readonly unknown?: Readonly<Record<string, number>>;
  readonly classes?: readonly string[];
  readonly target: ValueTarget;
  readonly result: Evaluation;
}

function showTest(
  model: string,
  { task, rows, unknown, classes, target, result }: TableTest,
  { json }: EvaluateOptions,
): void {
  if (json) {
    const errors = classes ? {} : errorsInUnit(result, target);
    printJson({
      task,
      model,
      target: target.name,
      rows,
      ...(unknown && { unknown }),
      ...(classes && { classes }),
      ...result,
      ...errors,
    });
  } else print(describeTest(result, classes ? { classes } : { target }, space()));
}

function space(): Space {
  return { columns: process.stdout.columns, scoresIn: "--json", matrixIn: "--json" };
}
