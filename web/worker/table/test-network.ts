/** How well a network does on the rows of a table that were set aside. */

import { errorsInUnit, testAndPredict } from "../../../src/app/evaluation.js";
import type { TableTask } from "../../../src/app/table-task.js";
import type { PlacedData } from "../../../src/app/task.js";
import type { Dataset, Network } from "../../../src/index.js";
import type { TableResult } from "../../protocol/tables.js";

export function testNetwork(network: Network, { classes, target }: TableTask, data: PlacedData): TableResult {
  const test = data.test as Dataset;
  const { test: found, predictions } = testAndPredict(network, test, classes);
  const { loss, accuracy = 0, confusion = [], r2 = 0 } = found;
  if (classes) return { task: "classification", classes, accuracy, loss, confusion };
  const actual = Float64Array.from(target?.test ?? []);
  const predicted = Float64Array.from(target?.restore(predictions.values ?? []) ?? []);
  return { task: "regression", r2, ...errorsInUnit(found, target), actual, predicted };
}
