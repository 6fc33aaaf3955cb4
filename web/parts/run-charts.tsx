/** The charts of a run: losses and accuracies. */

import type uPlot from "uplot";
import { percent } from "../page/numbers.js";
import { losses, reports, runSettings } from "../page/run-store.js";
import { Chart, type Curve } from "./chart.js";

const LOSS_CURVES: readonly Curve[] = [
  { name: "training", colour: "--first" },
  { name: "validation", colour: "--second", points: true },
];
const ACCURACY_CURVES: readonly Curve[] = [
  { name: "training", colour: "--first", points: true },
  { name: "validation", colour: "--second", points: true },
];

const lossText = (value: number) => value.toPrecision(3);
const accuracyText = (value: number) => percent(value, 1);
const lossRange: uPlot.Range.Function = (_, low, high) => [0, high > 0 ? high * 1.05 : low + 1];
/** Leaves out what is below the first epoch's accuracy: the later ones differ by little. */
const accuracyRange: uPlot.Range.Function = (_, low) => [Math.max(0, Math.floor((low - 0.01) * 50) / 50 || 0), 1];

export function RunCharts() {
  const end = runSettings.value?.epochs;
  const { x, y } = losses.value;
  const done = reports.value.filter(({ completed }) => completed);
  const last = done.at(-1);
  const epochs = done.map(({ epoch }) => epoch);
  return (
    <div class="charts">
      <Chart
        title="Loss"
        curves={LOSS_CURVES}
        data={withValidation(
          x,
          y,
          epochs,
          done.map(({ valLoss }) => valLoss ?? null),
        )}
        end={end}
        range={lossRange}
        format={lossText}
        summary={
          last
            ? `Loss over the epochs. After epoch ${last.epoch}: training ${lossText(last.trainLoss)}, validation ${lossText(last.valLoss ?? Number.NaN)}.`
            : "Loss over the epochs; none is finished yet."
        }
      />
      <Chart
        title="Accuracy"
        curves={ACCURACY_CURVES}
        data={[
          epochs,
          done.map((report) => report.trainAccuracy ?? null),
          done.map((report) => report.valAccuracy ?? null),
        ]}
        end={end}
        range={accuracyRange}
        format={accuracyText}
        summary={
          last
            ? `Accuracy over the epochs. After epoch ${last.epoch}: training ${percent(last.trainAccuracy)}, validation ${percent(last.valAccuracy)}.`
            : "Accuracy over the epochs; none is finished yet."
        }
      />
    </div>
  );
}

/** Both curves over one x axis: a point of the batches' curve lies at every epoch's end. */
function withValidation(
  x: readonly number[],
  y: readonly number[],
  epochs: readonly number[],
  validation: readonly (number | null)[],
): uPlot.AlignedData {
  const at = new Map(epochs.map((epoch, i) => [epoch, validation[i] ?? null]));
  return [[...x], [...y], x.map((time) => at.get(time) ?? null)];
}
