/** The plots and the report of a run. */

import { join } from "node:path";
import type { ImageSet } from "../app/image-set.js";
import type { DataSource } from "../dataset/data-source.js";
import type { Dataset } from "../dataset/dataset.js";
import { iterateMinibatches } from "../dataset/minibatches.js";
import type { Network } from "../network/network.js";
import type { Metric } from "../training/epoch-report.js";
import type { EpochReport } from "../training/fit.js";
import { writeWhole } from "./files.js";
import { greyPng } from "./grey-png.js";
import type { Curve } from "./plot.js";
import { htmlReport, type ReportData } from "./report.js";
import { describeTest } from "./test-result.js";

/** Pictures of each kind in the report. */
const SHOWN = 12;

/** The first test images that were recognised, and the first that were not. */
export function pickSamples(
  network: Network,
  source: DataSource,
  data: Dataset,
  { height, width, classes }: ImageSet,
): ReportData["samples"] {
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
    const pixels = height * width;
    const data = source.inputs.slice(index * pixels, (index + 1) * pixels) as Uint8Array;
    const png = greyPng(width, height, data);
    return { png, predicted: classes[predicted] as string, label: classes[label] as string };
  });
}

/** A run as its report needs it. */
export interface RunResult extends Omit<ReportData, "charts" | "result"> {
  /** Of values: the target's name, and true and predicted values of the test rows. */
  readonly values?: {
    readonly name: string;
    readonly actual: ArrayLike<number>;
    readonly predicted: readonly number[];
    /** From the scaled target to its own unit. */
    restore(values: ArrayLike<number>): number[];
  };
}

/** Writes accuracy.svg (of values r2.svg and predicted.svg), loss.svg and report.html, and returns their paths. */
export async function writeReport(folder: string, run: RunResult): Promise<string[]> {
  const { epochs, values, test } = run;
  // Not before it is needed: training should not wait for what draws charts.
  const { curvesSvg, scatterSvg } = await import("./plot.js");
  const score = values
    ? curvesSvg("R²", "R²", curves("R²", epochs, ["trainR2", "valR2"]))
    : curvesSvg("Accuracy", "accuracy", curves("accuracy", epochs, ["trainAccuracy", "valAccuracy"]));
  const loss = values ? "mean squared error of the scaled target" : "cross-entropy";
  const charts = [
    {
      file: values ? "r2.svg" : "accuracy.svg",
      label: values ? "R² over the epochs" : "Accuracy over the epochs",
      svg: score,
    },
    {
      file: "loss.svg",
      label: "Loss over the epochs",
      svg: curvesSvg("Loss", loss, curves("loss", epochs, ["trainLoss", "valLoss"])),
    },
  ];
  if (values && values.actual.length > 0) {
    const svg = scatterSvg(`${values.name} of the test rows`, values.actual, values.predicted);
    charts.push({ file: "predicted.svg", label: "Predicted against true values", svg });
  }
  const result =
    values &&
    test &&
    `Test ${describeTest(test, { target: values }, { scoresIn: "report.html", matrixIn: "history.json" })}`;
  const pages = [
    ...charts.map(({ file, svg }) => [join(folder, file), svg] as const),
    [join(folder, "report.html"), htmlReport({ ...run, ...(result && { result }), charts })] as const,
  ];
  for (const [path, text] of pages) await writeWhole(path, text);
  return pages.map(([path]) => path);
}

/** The curves of two numbers of the reports, those that have values. */
function curves(measure: string, epochs: readonly EpochReport[], names: readonly Metric[]): Curve[] {
  const series = names.map((name) => ({
    name: `${name.startsWith("train") ? "train" : "validation"} ${measure}`,
    values: epochs.map((epoch) => epoch[name] ?? Number.NaN),
  }));
  return series.filter(({ values }, index) => index === 0 || values.some(Number.isFinite));
}
