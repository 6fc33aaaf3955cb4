/** The plots and the report of a run. */

import { join } from "node:path";
import { encode } from "fast-png";
import type { Dataset } from "../data/dataset.js";
import { iterateMinibatches } from "../data/minibatches.js";
import type { DataSource } from "../data/source.js";
import type { Network } from "../network.js";
import { writeWhole } from "./files.js";
import { curvesSvg } from "./plot.js";
import { htmlReport, type ReportData } from "./report.js";

/** Pictures of each kind in the report. */
const SHOWN = 12;

/** The first test images that were recognised, and the first that were not. */
export function pickSamples(network: Network, source: DataSource, data: Dataset): ReportData["samples"] {
  const picked: { row: number; predicted: number; label: number }[] = [];
  const missing = { right: SHOWN, wrong: SHOWN };
  let row = 0;
  for (const batch of iterateMinibatches(network.engine, data.inputs, data.targets, 256, { dropLast: false })) {
    for (const predicted of network.predict(batch.inputs)) {
      const label = source.targets[row] as number;
      const kind = predicted === label ? "right" : "wrong";
      if (missing[kind]-- > 0) picked.push({ row, predicted, label });
      ++row;
    }
    if (missing.right <= 0 && missing.wrong <= 0) break;
  }
  picked.sort((a, b) => Number(a.predicted !== a.label) - Number(b.predicted !== b.label) || a.row - b.row);
  return picked.map(({ row: index, predicted, label }) => {
    const data = source.inputs.slice(index * 784, (index + 1) * 784) as Uint8Array;
    return { png: encode({ width: 28, height: 28, data, depth: 8, channels: 1 }), predicted, label };
  });
}

/** Writes accuracy.svg and report.html, and returns their paths. */
export async function writeReport(folder: string, run: Omit<ReportData, "accuracySvg" | "lossSvg">): Promise<string[]> {
  const series = (name: string, values: readonly (number | undefined)[]) => ({
    name,
    values: values.map((value) => value ?? Number.NaN),
  });
  const accuracySvg = await curvesSvg("Accuracy", "accuracy", [
    series(
      "train accuracy",
      run.epochs.map((epoch) => epoch.trainAccuracy),
    ),
    series(
      "validation accuracy",
      run.epochs.map((epoch) => epoch.valAccuracy),
    ),
  ]);
  const lossSvg = await curvesSvg("Loss", "cross-entropy", [
    series(
      "train loss",
      run.epochs.map((epoch) => epoch.trainLoss),
    ),
    series(
      "validation loss",
      run.epochs.map((epoch) => epoch.valLoss),
    ),
  ]);
  const [plot, report] = [join(folder, "accuracy.svg"), join(folder, "report.html")];
  await writeWhole(plot, accuracySvg);
  await writeWhole(report, htmlReport({ ...run, accuracySvg, lossSvg }));
  return [plot, report];
}
