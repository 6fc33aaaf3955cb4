/** `simdgrad predict RUN new.csv`: predicts each row of a table. */

import { predictForeign } from "../app/foreign-model.js";
import { predictAll, predictionCsv, predictionTable } from "../app/prediction.js";
import { createEngine } from "../create-engine.js";
import { refuseInputs, writeWhole } from "./files.js";
import { printData, printJson, say } from "./output.js";
import { noteUnknownValues, ownTableModel, readSavedModel } from "./saved-model.js";
import { readTable } from "./table-file.js";

export interface PredictTableOptions {
  readonly out?: string;
  readonly json?: boolean;
  /** For a model of another program: a column that is not an input. */
  readonly target?: string;
  /** For a Parquet file: limit of `readParquet`. */
  readonly maxValues?: number;
  readonly formulas: "escape" | "keep";
}

/** Writes predictions, and the probability of each class, as CSV in the order of the rows, to `out` or to standard output. */
export async function predictTable(run: string, path: string, options: PredictTableOptions): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const model = await readSavedModel(engine, run);
  if (model.foreign) {
    const { foreign } = model;
    const named = { table: await readTable(path, {}, options.maxValues), path, say };
    const { predicted, ...summary } = predictForeign(engine, { ...model, foreign }, named, options.target);
    if (options.out !== undefined) await refuseInputs([options.out]);
    return show(predicted, summary, options);
  }
  const { network, preprocessor, reading } = ownTableModel(model, options.target);
  const table = await readTable(path, { ...reading, ...preprocessor.readOptions() }, options.maxValues);
  if (options.out !== undefined) await refuseInputs([options.out]);
  const unknown = noteUnknownValues(preprocessor, table, path);
  const { classes } = preprocessor.config;
  const data = engine.dataset(preprocessor.inputSource(table), { sparse: preprocessor.sparse });
  const predicted = predictionTable(predictAll(network, data), preprocessor);
  return show(predicted, { rows: table.rows, unknown, ...(classes && { classes }) }, options);
}

/** Writes the CSV to `out`; prints the CSV, or with `json` a summary and the predictions. */
async function show(
  predicted: ReturnType<typeof predictionTable>,
  summary: { readonly rows: number; readonly unknown?: object; readonly classes?: readonly string[] },
  { out, json, formulas }: PredictTableOptions,
): Promise<void> {
  const text = predictionCsv(predicted, formulas === "escape");
  if (out !== undefined) await writeWhole(out, text);
  else if (!json) printData(text);
  if (!json) return;
  const several = !summary.classes && predicted.head.length > 1;
  const predictions = predicted.rows.map((row) => {
    const [prediction, ...probabilities] = row;
    if (several) return { prediction: row };
    return { prediction, ...(summary.classes && predicted.head.length > 1 && { probabilities }) };
  });
  printJson({ ...summary, predictions });
}
