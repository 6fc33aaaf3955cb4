/** `simdgrad predict RUN new.csv`: the prediction for each row of a table. */

import { createEngine } from "../engine.js";
import { refuseInputs, writeWhole } from "./files.js";
import { printData, printJson } from "./output.js";
import { predictAll, predictionCsv, predictionTable } from "./prediction.js";
import { readTableModel } from "./saved-model.js";
import { readTable } from "./table-file.js";
import { reportUnknown } from "./unknown-values.js";

export interface PredictTableOptions {
  readonly out?: string;
  readonly json?: boolean;
  /** Of a Parquet file, as `readParquet` has it. */
  readonly maxValues?: number;
  readonly formulas: "escape" | "keep";
}

/** Writes a CSV of predictions, and of the classes' probabilities, in the order of the rows; to standard output without `out`. */
export async function predictTable(run: string, path: string, options: PredictTableOptions): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const { network, preprocessor, reading } = await readTableModel(engine, run);
  const table = await readTable(path, { ...reading, ...preprocessor.readOptions() }, options.maxValues);
  if (options.out !== undefined) await refuseInputs([options.out]);
  const unknown = reportUnknown(preprocessor, table, path);
  const { classes } = preprocessor.config;
  const data = engine.dataset(preprocessor.inputSource(table), { sparse: preprocessor.sparse });
  const predicted = predictionTable(predictAll(network, data), preprocessor);
  const text = predictionCsv(predicted, options.formulas === "escape");
  if (options.out !== undefined) await writeWhole(options.out, text);
  else if (!options.json) printData(text);
  if (!options.json) return;
  const predictions = predicted.rows.map(([prediction, ...shares]) => ({
    prediction,
    ...(classes && { probabilities: shares }),
  }));
  printJson({ rows: table.rows, unknown, ...(classes && { classes }), predictions });
}
