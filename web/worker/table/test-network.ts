/** How well a network does on the rows of a table that were set aside. */

import { errorsInUnit, testOn } from "../../../src/app/evaluation.js";
import { predictAll } from "../../../src/app/prediction.js";
import { type Dataset, findColumn, type Network, type Preprocessor, type Table } from "../../../src/index.js";
import type { TableResult } from "../../own-data/messages.js";

/** @param test the rows of `table` in the network's engine */
export function testNetwork(network: Network, preprocessor: Preprocessor, test: Dataset, table: Table): TableResult {
  const { classes, target } = preprocessor.config;
  const found = testOn(network, test, classes);
  const { loss, accuracy = 0, confusion = [], r2 = 0 } = found;
  if (classes) return { task: "classification", classes, accuracy, loss, confusion };
  const column = findColumn(table, target);
  const actual = column.kind === "numeric" ? column.values : new Float64Array(0);
  const predicted = Float64Array.from(preprocessor.restore(predictAll(network, test).values));
  return { task: "regression", r2, ...errorsInUnit(found, preprocessor), actual, predicted };
}
