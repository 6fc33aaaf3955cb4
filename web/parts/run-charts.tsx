/** The charts of a run: losses and accuracies. */

import { computed } from "@preact/signals";
import type uPlot from "uplot";
import { percent } from "../page/numbers.js";
import { lastReport, run } from "../page/run-store.js";
import { Chart, type Series } from "./chart.js";

const LOSS_SERIES: readonly Series[] = [
  { name: "training", colour: "--first" },
  { name: "validation", colour: "--second", points: true },
];
const ACCURACY_SERIES: readonly Series[] = [
  { name: "training", colour: "--first", points: true },
  { name: "validation", colour: "--second", points: true },
];

const lossText = (value: number) => value.toPrecision(3);
const accuracyText = (value: number) => percent(value, 1);
const lossRange: uPlot.Range.Function = (_, low, high) => [0, high > 0 ? high * 1.05 : low + 1];
/** Begins the axis at the first epoch's accuracy: later ones differ by little. */
const accuracyRange: uPlot.Range.Function = (_, low) => [Math.max(0, Math.floor((low - 0.01) * 50) / 50 || 0), 1];

const end = computed(() => run.settings.value?.epochs ?? 1);
const lossSummary = computed(() => {
  const last = lastReport.value;
  if (!last) return "Loss over the epochs. No epoch has finished yet.";
  const validation = lossText(last.valLoss ?? Number.NaN);
  return `Loss over the epochs. After epoch ${last.epoch}: training ${lossText(last.trainLoss)}, validation ${validation}.`;
});
const accuracySummary = computed(() => {
  const last = lastReport.value;
  if (!last) return "Accuracy over the epochs. No epoch has finished yet.";
  const validation = percent(last.valAccuracy);
  return `Accuracy over the epochs. After epoch ${last.epoch}: training ${percent(last.trainAccuracy)}, validation ${validation}.`;
});

export function RunCharts() {
  return (
    <div class="charts">
      <Chart
        title="Loss"
        series={LOSS_SERIES}
        curve={run.lossCurve}
        end={end}
        range={lossRange}
        format={lossText}
        summary={lossSummary}
      />
      <Chart
        title="Accuracy"
        series={ACCURACY_SERIES}
        curve={run.scoreCurve}
        end={end}
        range={accuracyRange}
        format={accuracyText}
        summary={accuracySummary}
      />
    </div>
  );
}
